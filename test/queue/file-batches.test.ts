import { expect, test } from "vitest";
import { fileBatchLimits } from "../../src/contract/file-batches.ts";
import {
  addFileRows,
  beginFileBatch,
  dropFileRows,
  holdFileBatch,
  noteOutcomes,
  readFileBatch,
  readFileRows,
  readOutcomes,
  type RowOutcome,
} from "../../src/queue/file-batches.ts";
import { keepFileBatch } from "../../src/queue/file-room.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { readBriefFiles } from "../../src/queue/own-files.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";

const { busyMs, keptBytes, leastBytes, clientBytes, heldMs, unsubmittedMs, keptMs } =
  fileBatchLimits;
const row = { row: 2, cells: ["1", "2"], errors: [] };

async function openFiles({ isAlone = false } = {}) {
  const { queue, redis } = await startProducer(isAlone ? { redisUrl: (await ownRedis()).url } : {});
  /** Of one row that is said to take so many bytes. */
  const keep = async (client: string, bytes = 100) => {
    const id = createRandomId();
    await addFileRows(queue, redis, id, [row]);
    const said = {
      task: "quotient",
      client,
      file: "",
      columns: ["x", "y"],
      problems: [],
      previewed: [],
    };
    const batch = { ...said, delimiter: ",", bom: false, total: 1, wrong: 0 };
    return { id, keeping: await keepFileBatch(queue, redis, { id, bytes, batch }) };
  };
  const find = (id: string) => readFileBatch(queue, redis, id);
  const ids = async (files: readonly { readonly id: string }[]) =>
    Promise.all(files.map(async ({ id }) => (await find(id)) !== undefined));
  return { queue, redis, keep, find, areKept: ids, key: (id: string) => queue.toKey(`file:${id}`) };
}

test("when all files take too much, the oldest go, whose ever they are", async () => {
  const { keep, areKept, redis, key } = await openFiles();
  const size = keptBytes / 4;
  const files = [];
  for (const client of ["a", "b", "c", "d"]) files.push(await keep(client, size));
  expect(files.map(({ keeping }) => keeping)).toEqual(Array(4).fill("kept"));
  // What is said of each counts, too.
  expect(await areKept(files)).toEqual([false, true, true, true]);
  const [oldest] = files;
  expect(await redis.exists(`${key(oldest?.id ?? "")}:rows`)).toBe(0);
});

test("those that were submitted a short time ago stay, and a new one is not kept", async () => {
  const { queue, redis, keep, areKept } = await openFiles();
  const size = Math.floor(keptBytes / 4) - 1_000;
  const files = [];
  for (const client of ["a", "b", "c", "d"]) files.push(await keep(client, size));
  for (const { id } of files) expect(await beginFileBatch(queue, redis, id)).toBe(true);
  const another = await keep("e", size);
  expect([another.keeping, ...(await areKept([...files, another]))]).toEqual([
    "full",
    true,
    true,
    true,
    true,
    false,
  ]);
});

test("a client's files make room for its own, and none of them for more than it may have", async () => {
  const { queue, redis, keep, areKept } = await openFiles();
  const size = Math.floor(clientBytes / 2) - 40_000;
  const others = await keep("b", size);
  const [first, second, third] = [await keep("a", size), await keep("a", size), await keep("a")];
  expect(await areKept([others, first, second, third])).toEqual([true, true, true, true]);
  const fourth = await keep("a", size);
  expect(await areKept([others, first, second, third, fourth])).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
  await beginFileBatch(queue, redis, fourth.id);
  const fifth = await keep("a", size);
  await beginFileBatch(queue, redis, fifth.id);
  expect((await keep("a", 100_000)).keeping).toBe("full of the client's own");
  expect((await keep("b", 100_000)).keeping).toBe("kept");
  expect(await areKept([others, second, fourth, fifth])).toEqual([true, false, true, true]);
});

test("a client's file that waits makes room where one that is being submitted does not", async () => {
  const { queue, redis, keep, areKept } = await openFiles();
  const size = Math.floor(clientBytes / 2) - 1_000;
  const begun = await keep("a", size);
  await beginFileBatch(queue, redis, begun.id);
  const waiting = await keep("a", size);
  expect((await keep("a", 3_000)).keeping).toBe("kept");
  expect(await areKept([begun, waiting])).toEqual([true, false]);
});

test("a file that is being submitted stays for an hour from when it was last worked at", async () => {
  const { queue, redis, keep, key } = await openFiles();
  const size = clientBytes - 3_000;
  const { id } = await keep("a", size);
  await beginFileBatch(queue, redis, id);
  await redis.hset(key(id), "worked", Date.now() - heldMs);
  await beginFileBatch(queue, redis, id);
  expect((await keep("a", size)).keeping).toBe("full of the client's own");
  await redis.hset(key(id), "worked", Date.now() - heldMs);
  expect((await keep("a", size)).keeping).toBe("kept");
});

test("four clients cannot keep all others out, whatever they submit", async () => {
  const { queue, redis, keep, key, areKept } = await openFiles();
  const size = Math.floor(keptBytes / 4) - 1_000;
  const files = [];
  for (const client of ["a", "b", "c", "d"]) files.push(await keep(client, size));
  for (const { id } of files) await beginFileBatch(queue, redis, id);
  // Of what is being submitted just now, the rest of the rows would be lost.
  expect((await keep("e", size / 4)).keeping).toBe("full");
  expect(await areKept(files)).toEqual([true, true, true, true]);
  for (const { id } of files) await redis.hset(key(id), "worked", Date.now() - busyMs);
  const small = [];
  for (const client of ["e", "f", "g"]) small.push(await keep(client, size / 4));
  // Of one who has most, they have room enough.
  expect((await areKept(files)).filter((isKept) => !isKept)).toHaveLength(1);
  expect(await areKept(small)).toEqual([true, true, true]);
});

test("however small they are, no more files are kept than there is room for as many keys", async () => {
  const { redis, keep, queue, key } = await openFiles();
  const most = keptBytes / leastBytes;
  const filling = redis.pipeline();
  for (let i = 0; i < most; i += 1) {
    filling.hset(key(`old-${i}`), { bytes: 1, client: `old-${i}` });
    filling.zadd(queue.toKey("files"), i, `old-${i}`);
  }
  await filling.exec();
  expect((await keep("a")).keeping).toBe("kept");
  expect(await redis.zcard(queue.toKey("files"))).toBe(most);
});

test("of a file that nobody heard of nothing stays, and it takes no room", async () => {
  const { queue, redis, keep, areKept } = await openFiles();
  const [unheard, heard] = [await keep("a"), await keep("a")];
  await dropFileRows(queue, redis, unheard.id);
  expect(await areKept([unheard, heard])).toEqual([false, true]);
  expect(await redis.zrange(queue.toKey("files"), "0", "-1")).toEqual([heard.id]);
});

test("why a file is held is noted while Redis is full, too", async () => {
  const { queue, redis, keep, find } = await openFiles({ isAlone: true });
  const { id } = await keep("a");
  await redis.config("SET", "maxmemory", "1mb");
  expect(await holdFileBatch(queue, redis, { id, why: "full", ms: 60_000 })).toBe(true);
  expect(await find(id)).toMatchObject({ held: { why: "full" } });
});

test("a file that an older producer has kept can be read", async () => {
  const { redis, keep, find, key } = await openFiles();
  const { id } = await keep("a");
  const said = JSON.parse((await redis.hget(key(id), "said")) ?? "");
  await redis.hset(key(id), "said", JSON.stringify({ ...said, previewed: undefined }));
  expect(await find(id)).toMatchObject({ previewed: [] });
});

test("a list of files leaves out what somebody has damaged", async () => {
  const { queue, redis, keep, key } = await openFiles();
  const [good, torn, other] = [await keep("a"), await keep("a"), createRandomId()];
  await redis.hset(key(torn.id), "brief", "{");
  await redis.set(key(other), "x");
  const found = await readBriefFiles(queue, redis, [other, torn.id, good.id]);
  expect(found.map(({ id }) => id)).toEqual([good.id]);
});

test("a row that has a job keeps it, whatever is noted later", async () => {
  const { queue, redis, keep } = await openFiles();
  const { id } = await keep("a");
  const file = { id, total: 1, wrong: 0 };
  const note = async (outcome: RowOutcome) =>
    noteOutcomes(queue, redis, file, new Map([[2, outcome]]));
  expect(await note({ refused: "its key was used for another job" })).toBe(true);
  await note({ id: "job" });
  await note({ refused: "its key was used for another job" });
  expect(await readOutcomes(queue, redis, id)).toEqual(new Map([[2, { id: "job" }]]));
});

test("nothing is noted of a file that is not there", async () => {
  const { queue, redis } = await openFiles();
  const file = { id: createRandomId(), total: 1, wrong: 0 };
  const outcomes = new Map([[2, { id: "job" }]]);
  expect(await noteOutcomes(queue, redis, file, outcomes)).toBe(false);
  expect(await readOutcomes(queue, redis, file.id)).toEqual(new Map());
});

test("a file of which rows have gone is not kept", async () => {
  const { queue, redis } = await openFiles();
  const id = createRandomId();
  const said = {
    task: "quotient",
    client: "a",
    file: "",
    columns: [],
    problems: [],
    previewed: [],
  };
  const batch = { ...said, delimiter: ",", bom: false, total: 2, wrong: 0 };
  await addFileRows(queue, redis, id, [row]);
  expect(await keepFileBatch(queue, redis, { id, bytes: 1, batch })).toBe("rows lost");
  expect(await readFileBatch(queue, redis, id)).toBeUndefined();
});

test("a file is kept for an hour, and from when it is submitted on for a week, with all of it", async () => {
  const { queue, redis, keep, key, find } = await openFiles();
  const { id } = await keep("a");
  const readTtls = async () =>
    Promise.all(["", ":rows"].map((part) => redis.pttl(`${key(id)}${part}`)));
  for (const ttl of await readTtls()) expect(isNearly(ttl, unsubmittedMs)).toBe(true);
  await beginFileBatch(queue, redis, id);
  for (const ttl of await readTtls()) expect(isNearly(ttl, keptMs)).toBe(true);
  await noteOutcomes(queue, redis, { id, total: 1, wrong: 0 }, new Map([[2, { id: "job" }]]));
  expect(isNearly(await redis.pttl(`${key(id)}:done`), keptMs)).toBe(true);
  expect(await find(id)).toMatchObject({ id, state: "done", total: 1, client: "a" });
  expect(await readFileRows(queue, redis, { id, from: 0, count: 10 })).toEqual([row]);
  expect(await readOutcomes(queue, redis, id)).toEqual(new Map([[2, { id: "job" }]]));
});

/** Some time has passed since. */
function isNearly(ttl: number, ms: number): boolean {
  return ttl <= ms && ttl > ms - 60_000;
}
