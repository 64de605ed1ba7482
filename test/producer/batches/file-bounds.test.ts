import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fileBatchLimits } from "../../../src/contract/file-batches.ts";
import {
  fileHead,
  keepFile,
  readFigures,
  submitFile,
  uploadFile,
  uploadInTime,
  writeDivisions,
} from "../../support/file-batch.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const { bytes: mostBytes, rows: mostRows } = fileBatchLimits;
const header = "x,y,delayMs\n";

/** As many rows as may be, of so many bytes with the header; what stands in one row is `cells`. */
function writeLarge(bytes: number, cells = "1,2,0") {
  const each = Math.floor((bytes - header.length) / mostRows);
  const rows = `${cells.padEnd(each - 1)}\n`.repeat(mostRows);
  return `${header}${rows}`.padEnd(bytes);
}

/** As a body of chunks has it. */
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

const readKeys = async ({ redis, name }: Awaited<ReturnType<typeof startProducer>>) =>
  (await redis.keys(`{tripod:${name}}:*file*`)).filter((key) => !key.endsWith(":files"));

test("the largest file is taken, and of one that is a byte larger nothing is kept", async () => {
  const producer = await startProducer();
  const path = await keepFile(producer.url, writeLarge(mostBytes));
  expect(await (await fetch(`${producer.url}${path}`)).text()).toContain("Submit 1,000 jobs");
  const kept = await readKeys(producer);
  const response = await uploadInTime(producer.url, writeLarge(mostBytes + 1));
  expect([response.status, await response.text()]).toEqual([
    413,
    expect.stringContaining(`The file must not exceed ${mostBytes} bytes.`),
  ]);
  expect((await readKeys(producer)).toSorted()).toEqual(kept.toSorted());
});

test("what is wrong at the start of a large file is told, rather than that it takes too long", async () => {
  const { url } = await startProducer();
  const response = await uploadInTime(url, `a,b\n${"1,2\n".repeat(1_000_000)}`);
  expect([response.status, await response.text()]).toEqual([
    422,
    expect.stringContaining("There is no field &quot;a&quot;."),
  ]);
});

test.each([
  ["that has too many rows", "1,2,0\n"],
  ["whose rows are too long", "1,2,0"],
  ["that has nothing but empty rows", "\n"],
])("a file %s and never ends is cut off, and nothing of it is kept", async (_, row) => {
  const producer = await startProducer();
  const { hostname, port } = new URL(producer.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  let answer = "";
  socket.on("data", (part: Buffer) => (answer += part.toString()));
  // Whatever else it is told of.
  const next = async (event: string) => new Promise((resolve) => socket.once(event, resolve));
  const closed = next("close");
  const form = fileHead("rows.csv") + header;
  const head = [
    `POST /tasks/quotient/file HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Origin: ${producer.url}`,
    `Content-Type: multipart/form-data; boundary=b`,
    "Transfer-Encoding: chunked",
  ].join("\r\n");
  socket.write(`${head}\r\n\r\n${chunk(form)}`);
  const part = chunk(row.repeat(60_000 / row.length));
  let sent = 0;
  // What the system takes beyond what is read is no more than some megabytes.
  while (!socket.destroyed && sent < 10 * mostBytes) {
    sent += part.length;
    if (!socket.write(part)) await Promise.race([next("drain"), closed]);
  }
  await closed;
  expect(sent).toBeLessThan(10 * mostBytes);
  // The answer may be lost where the rest was on its way, or it took too long to send that much.
  expect(["", "HTTP/1.1 413", "HTTP/1.1 408"]).toContain(answer.slice(0, 12));
  await until("all of it to be gone", async () => (await readKeys(producer)).length === 0);
});

test("a row of thousands of cells is told as such, and they are not kept", async () => {
  const { url, redis, queue } = await startProducer();
  const path = await keepFile(url, `${header}1${",".repeat(60_000)}\n1,2,0\n`);
  expect(await (await fetch(`${url}${path}`)).text()).toContain("Got 60001 cells, expected 3.");
  const id = path.split("/").at(-1) ?? "";
  const row = await redis.lindex(queue.toKey(`file:${id}:rows`), 0);
  expect(row?.length).toBeLessThan(200);
});

test("a first row of thousands of names is told of in a few words", async () => {
  const { url } = await startProducer();
  const response = await uploadFile(url, `${"a,".repeat(30_000)}x\n1\n`);
  const page = await response.text();
  expect(response.status).toBe(422);
  expect(page.length).toBeLessThan(20_000);
});

test("files that were submitted a short time ago are not pushed out by more from there", async () => {
  const { url } = await startProducer();
  // One row that can be submitted, beside as much as a file may have.
  const file = writeLarge(mostBytes, "one,2,0").replace("one", "111").trimEnd();
  const first = await keepFile(url, file);
  expect((await submitFile(url, first)).status).toBe(303);
  const second = await keepFile(url, file);
  expect((await submitFile(url, second)).status).toBe(303);
  const third = await uploadInTime(url, file);
  expect([third.status, await third.text()]).toEqual([
    429,
    expect.stringMatching(/The file was not taken[\s\S]* within an hour take 10 MB/),
  ]);
  expect([await readFigures(url, first), await readFigures(url, second)]).toEqual([
    expect.objectContaining({ Waiting: 1 }),
    expect.objectContaining({ Waiting: 1 }),
  ]);
});

test("the page of a file lists its rows fifty at a time, and no page is beyond the last", async () => {
  const { url } = await startProducer();
  const path = await keepFile(url, writeDivisions(120));
  await submitFile(url, path);
  const read = async (query: string) => {
    const page = await (await fetch(`${url}${path}${query}`)).text();
    const rows = [...page.matchAll(/>Row (\d+)</g)].map(([, row]) => Number(row));
    const links = [...page.matchAll(/\?page=(\d+)" rel="(prev|next)"/g)];
    return [rows.at(0), rows.at(-1), ...links.map(([, to, rel]) => `${rel} ${to}`)];
  };
  expect(await read("")).toEqual([2, 51, "next 2"]);
  expect(await read("?page=2")).toEqual([52, 101, "prev 1", "next 3"]);
  expect(await read("?page=3")).toEqual([102, 121, "prev 2"]);
  expect(await read("?page=99")).toEqual([102, 121, "prev 2"]);
  for (const odd of ["-1", "0", "x", "1e9x"]) {
    expect(await read(`?page=${odd}`)).toEqual([2, 51, "next 2"]);
  }
});

test("a look at a file reads the ten rows that it shows, however many wrong ones are before them", async () => {
  const server = await ownRedis();
  const { url, redis } = await startProducer({ redisUrl: server.url });
  const path = await keepFile(url, `${header}${"one,2,0\n".repeat(900)}${"7,2,0\n".repeat(100)}`);
  const asked: string[][] = [];
  const monitor = await redis.monitor();
  onTestFinished(() => monitor.disconnect());
  monitor.on("monitor", (_: string, command: string[]) => asked.push(command));
  const page = await (await fetch(`${url}${path}`)).text();
  await redis.ping("over");
  await until("all commands to be told", () => asked.some((command) => command[1] === "over"));
  expect(page).toContain("The first 10 of 100 are shown.");
  expect(page.match(/data-label="Row">/g)).toHaveLength(10);
  const ofRows = asked.filter(([, key]) => key?.endsWith(":rows"));
  expect(ofRows.map(([command]) => command)).toEqual(Array(10).fill("lindex"));
});
