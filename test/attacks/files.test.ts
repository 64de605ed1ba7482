import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { fileHead } from "../support/file-batch.ts";
import { openHalfSent, writeHalfSent } from "../support/half-sent.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { sendHalfWay } from "./half-way.ts";

const fileBytes = 4_194_304;
const type = "multipart/form-data; boundary=b";
const header = "x,y,delayMs\n";

const inForm = (file: string) => `${fileHead("rows.csv")}${file}\r\n--b--\r\n`;
const fill = (row: string) => `${header}${row.repeat((fileBytes - header.length) / row.length)}`;

/** Of what costs most: as much as may be, rows with an error each, cells, one row, no row, no file. */
const bodies = {
  "a thousand rows": inForm(fill("1,2,0".padEnd(4_193).concat("\n"))),
  "a thousand rows with errors": inForm(fill('"",x,y'.padEnd(4_193).concat("\n"))),
  "rows of thousands of cells": inForm(fill(`${",".repeat(60_000)}\n`)),
  "one row": inForm("x".repeat(fileBytes)),
  "a quote that is not closed": inForm(`${header}"${"1\n".repeat(fileBytes / 2 - 10)}`),
  "blank lines": inForm("\n".repeat(fileBytes)),
  "other fields": '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
    .repeat(80_000)
    .concat("--b--\r\n"),
  "a head that does not end": `--b\r\nContent-Disposition: ${"x".repeat(fileBytes)}`,
} as const;

test.each(Object.keys(bodies) as (keyof typeof bodies)[])(
  "files of %s, two of each of 20 clients at once, neither fill the memory nor stop others",
  async (kind) => {
    const body = bodies[kind];
    const statuses = await sendHalfWay(body, (url, client) => openFile(url, client, body.length));
    expect(["303", "400", "413", "422", "503"]).toEqual(expect.arrayContaining([...statuses]));
  },
);

test("a file that comes too slowly is cut off as any request, and holds no place after that", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn" });
  // A row that is sent while the connection is being cut takes the answer along.
  const answer = await until("an answer to a file that comes slowly", async () => {
    const socket = openFile(producer.url, 2, fileBytes);
    socket.write(fileHead("rows.csv") + header);
    const timer = setInterval(() => socket.write("1,2,0\n"), 250);
    const said = await text(socket).catch(() => "");
    clearInterval(timer);
    return said !== "" && said;
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain("The file came too slowly, expected 128 KB a second");
  // Its place is free again.
  const body = inForm(`${header}1,2,0\n`);
  await until("two more to be under way", async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const socket = openFile(producer.url, 2, body.length);
        socket.write(body);
        return text(socket);
      }),
    );
    return answers.every((one) => one.startsWith("HTTP/1.1 303 "));
  });
});

test("a file of 4 MB that comes over a line of 2 Mbit/s is taken", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn" });
  const body = bodies["a thousand rows"];
  const socket = openFile(producer.url, 2, body.length);
  const answer = text(socket);
  const bytesPerPart = 25_000;
  for (let from = 0; from < body.length && !socket.destroyed; from += bytesPerPart) {
    await Promise.all([writeHalfSent(socket, body.slice(from, from + bytesPerPart)), sleep(100)]);
  }
  expect((await answer.catch(String)).slice(0, 12)).toBe("HTTP/1.1 303");
});

test("a client has two files under way at once, and a third is refused", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn" });
  const body = inForm(`${header}1,2,0\n`);
  const held = [1, 2].map(() => openFile(producer.url, 2, body.length));
  for (const socket of held) socket.write(body.slice(0, 20));
  const third = await until("a third to be refused", async () => {
    const socket = openFile(producer.url, 2, body.length);
    socket.write(body);
    const said = await text(socket).catch(() => "");
    return said.startsWith("HTTP/1.1 429 ") && said;
  });
  expect(third).toContain("Expected at most 2 batches from here at once");
  await until("another client's to be taken", async () => {
    const other = openFile(producer.url, 3, body.length);
    other.write(body);
    return (await text(other).catch(() => "")).startsWith("HTTP/1.1 303 ");
  });
});

/** Of which nothing but the head has been sent. */
function openFile(url: string, client: number, length: number) {
  const headers = [`Origin: http://${new URL(url).hostname}`];
  return openHalfSent(url, { path: "/tasks/quotient/file", client, type, length, headers });
}
