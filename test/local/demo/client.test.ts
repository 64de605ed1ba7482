import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { type DemoServer, readStanding, submit } from "../../../src/local/demo/client.ts";
import { openFakeServer } from "../../support/fake-server.ts";

const submission = { task: "quotient", input: { x: 1, y: 1 } };
const { signal } = new AbortController();

test("submits again, with the same key, where the answer is cut", async () => {
  const keys: unknown[] = [];
  const server = await openServer((request, response) => {
    keys.push(request.headers["idempotency-key"]);
    if (keys.length === 1) cutWithin(response, 202);
    else response.writeHead(202).end('{"id":"t-1"}');
  });

  expect(await submit(server, submission, signal)).toBe("t-1");
  expect(keys).toEqual([expect.any(String), keys[0]]);
});

test("knows nothing of a job where the answer is cut", async () => {
  const server = await openServer((_, response) => cutWithin(response, 200));

  expect(await readStanding(server, "t-1", signal)).toBeUndefined();
});

test.each([401, 403])(
  "says what to do where it is answered %i, and does not try again",
  async (status) => {
    let asked = 0;
    const server = await openServer((_, response) => {
      asked += 1;
      response.writeHead(status).end('{"detail":"a token is needed"}');
    });
    const advice =
      /^40[13]: a token is needed\nset TRIPOD_TOKEN to one that "npm run user -- token/;
    await expect(submit(server, submission, signal)).rejects.toThrow(advice);
    await expect(readStanding(server, "t-1", signal)).rejects.toThrow(advice);
    expect(asked).toBe(2);
  },
);

async function openServer(...given: Parameters<typeof openFakeServer>): Promise<DemoServer> {
  return { url: await openFakeServer(...given), fetch, hasToken: false };
}

/** Sends the beginning of a body alone. */
function cutWithin(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 100 });
  response.write('{"id":', () => response.destroy());
}
