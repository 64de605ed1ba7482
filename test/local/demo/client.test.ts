import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { readStanding, submit } from "../../../src/local/demo/client.ts";
import { openFakeServer } from "../../support/fake-server.ts";

const submission = { task: "quotient", input: { x: 1, y: 1 } };
const { signal } = new AbortController();

test("submits again, with the same key, where the answer is cut", async () => {
  const keys: unknown[] = [];
  const url = await openFakeServer((request, response) => {
    keys.push(request.headers["idempotency-key"]);
    if (keys.length === 1) cutWithin(response, 202);
    else response.writeHead(202).end('{"id":"t-1"}');
  });

  expect(await submit(url, submission, signal)).toBe("t-1");
  expect(keys).toEqual([expect.any(String), keys[0]]);
});

test("knows nothing of a job where the answer is cut", async () => {
  const url = await openFakeServer((_, response) => cutWithin(response, 200));

  expect(await readStanding(url, "t-1", signal)).toBeUndefined();
});

/** Sends the beginning of a body alone. */
function cutWithin(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 100 });
  response.write('{"id":', () => response.destroy());
}
