import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { ndjson } from "../support/batch.ts";
import { type HalfSent, openHalfSent } from "../support/half-sent.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { sendHalfWay } from "./half-way.ts";

const bodyBytes = 4_194_304;

const long = (field: string) => JSON.stringify({ task: "quotient", input: { [field]: 1 } });
const lineOf = (bytes: number) => `${long("x".repeat(bytes - long("").length - 1))}\n`;

/** Wrong in twenty places, each told with the key of 460 characters that leads there. */
const wrongs = `${JSON.stringify({
  task: "quotient",
  input: { ["k".repeat(460)]: Array<string>(20).fill("?") },
}).replaceAll('"?"', "9e999")}\n`;

/** 4 MB each, of what costs most: a thousand rows, the longest rows, one row, no row. */
const bodies = {
  "a thousand rows with twenty errors": wrongs.padEnd(4_190).repeat(1_000),
  "a thousand rows": lineOf(4_190).repeat(1_000),
  "rows of 64 KB": lineOf(65_536).repeat(63),
  "short rows between ones that are too long": `${lineOf(100)}${lineOf(66_000)}`.repeat(63),
  "one row": "x".repeat(bodyBytes),
  "blank lines": "\n".repeat(bodyBytes),
  brackets: "[".repeat(bodyBytes),
} as const;

test.each(Object.keys(bodies) as (keyof typeof bodies)[])(
  "batches of %s, two of each of 20 clients at once, neither fill the memory nor stop others",
  async (kind) => {
    const type = kind === "brackets" ? "application/json" : ndjson;
    const body = bodies[kind];
    const statuses = await sendHalfWay(body, (url, client) =>
      open(url, { client, type, length: body.length }),
    );
    expect(["200", "400", "413"]).toEqual(expect.arrayContaining([...statuses]));
  },
);

test("rows that come too slowly are cut off as any request, and hold no place after that", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn" });
  const row = `${JSON.stringify({ task: "quotient", input: { x: 1, y: 1, delayMs: 0 } })}\n`;
  // A row that is sent while the connection is being cut takes the answer along.
  const answer = await until("an answer to rows that come slowly", async () => {
    const socket = open(producer.url, { client: 2, type: ndjson, length: bodyBytes });
    const timer = setInterval(() => socket.write(row), 250);
    const said = await text(socket).catch(() => "");
    clearInterval(timer);
    return said !== "" && said;
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  // Its places are free again.
  const again = await until("two more to be under way", async () => {
    const sockets = [1, 2].map(() =>
      open(producer.url, { client: 2, type: ndjson, length: row.length }),
    );
    const answers = await Promise.all(
      sockets.map((one) => {
        one.write(row);
        return text(one);
      }),
    );
    return answers.every((one) => one.startsWith("HTTP/1.1 200 ")) && answers;
  });
  expect(again.length).toBe(2);
});

/** A batch from an address of its own, of which nothing but the head has been sent. */
function open(url: string, batch: Omit<HalfSent, "path">): Socket {
  return openHalfSent(url, { path: paths.batch, ...batch });
}
