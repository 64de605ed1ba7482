import { ExportResultCode } from "@opentelemetry/core";
import { expect, test } from "vitest";
import { createOutbox } from "../../src/telemetry/outbox.ts";

const taken = { code: ExportResultCode.SUCCESS };

function openBox() {
  const drops: unknown[] = [];
  const box = createOutbox<string>({
    limits: { items: 4, size: 100, requestSize: 10 },
    sizeOf: ({ length }) => length,
    onDropped: (...drop) => drops.push(drop),
  });
  return { box, drops };
}

test("no more is kept than the limits allow, until something has been sent", () => {
  const { box, drops } = openBox();
  expect(["a", "b", "c", "d", "e"].map((item) => box.admit(item))).toEqual([
    ...Array.from({ length: 4 }, () => true),
    false,
  ]);
  box.send({ export: (_, done) => done(taken) }, ["a", "b"], () => undefined);
  expect([box.admit("x".repeat(99)), box.admit("y".repeat(98))]).toEqual([false, true]);
  expect(drops).toEqual([
    ["no_room", 1],
    ["no_room", 1],
  ]);
});

test("what is too large for one request goes in several, and each says for itself what is lost", () => {
  const { box, drops } = openBox();
  const items = ["aaaaaa", "bbbb", "cccccccccccccccccccc", "d"];
  for (const item of items) box.admit(item);
  const requests: string[][] = [];
  const results: unknown[] = [];
  const error = new Error("too large");
  box.send(
    {
      export(request, done) {
        requests.push(request);
        done(request.length === 1 && request[0] !== "d" ? { code: 1, error } : taken);
      },
    },
    items,
    (result) => results.push(result),
  );
  expect(requests).toEqual([["aaaaaa", "bbbb"], ["cccccccccccccccccccc"], ["d"]]);
  expect([drops, results]).toEqual([[["not_taken", 1, error]], [{ code: 1, error }]]);
});

test("what is left at the end is told once", () => {
  const { box, drops } = openBox();
  box.abandon();
  box.admit("a");
  box.admit("b");
  box.abandon();
  expect(drops).toEqual([["stopped", 2]]);
});
