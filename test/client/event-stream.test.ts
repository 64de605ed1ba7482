import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents } from "../../src/client/event-stream.ts";

const text = [
  "retry: 1000\nevent: status\ndata: {\n",
  "data: }\n\n:\n",
  'id: 7\r\nevent:status\r\ndata: "1 – 2"\r\n\r\n',
  "data\rdata: x\r\r",
  "event: nothing\n\n",
  "data: not ended",
].join("");
const events = [
  { event: "status", data: "{\n}" },
  { event: "status", data: '"1 – 2"' },
  { event: "message", data: "\nx" },
];

async function read(pieces: readonly Uint8Array[]) {
  let count = 0;
  const found = [];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  for await (const event of readEvents(stream, () => (count += 1))) found.push(event);
  return { found, count };
}

test("reads the same events in whatever pieces they come", async () => {
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length - 1)), async (cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
      const { found, count } = await read(pieces);
      expect(found).toEqual(events);
      expect(count).toBe(pieces.length);
    }),
  );
});
