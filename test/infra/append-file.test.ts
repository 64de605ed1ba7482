import { execFile } from "node:child_process";
import { appendFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { createAppendFileCheck, cutZeros } from "../../infra/boot/append-file.ts";
import { ownRedis, type TestRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const exec = promisify(execFile);

/** A Redis that was killed after ten writes, the last of them a script's transaction. */
async function writtenTo() {
  const redis = await ownRedis();
  const client = connect(redis);
  for (let n = 1; n < 10; n += 1) await client.set(`key-${n}`, `value\u0000${n}\u0000`);
  await client.eval("redis.call('set','a','1') redis.call('set','key-10','x')", 0);
  await redis.signal("SIGKILL");
  const file = join(redis.folder, "appendonlydir/appendonly.aof.1.incr.aof");
  return { redis, file, content: await readFile(file) };
}

function connect(redis: TestRedis): Redis {
  const client = new Redis(redis.url, { retryStrategy: () => null });
  client.on("error", () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

async function keysOf(redis: TestRedis): Promise<number> {
  await redis.start();
  return connect(redis).dbsize();
}

/** What a host runs before each start, and what \`npm start\` does: the function in any other shell. */
const shells = {
  async bash(folder: string) {
    const program = join(createTemporaryFolder(), "program");
    await writeFile(program, createAppendFileCheck(folder).content, { mode: 0o755 });
    return exec(program);
  },
  sh: (folder: string) => exec("sh", ["-c", `set -eu\n${cutZeros}\ncut_zeros "$1"`, "sh", folder]),
};
type Shell = keyof typeof shells;

const names: Shell[] = ["bash", "sh"];

test.each(names)(
  "%s cuts zeros off, with a copy and a line, and Redis has every key",
  async (shell) => {
    for (const zeros of [1, 512, 3_000_000]) {
      const { redis, file, content } = await writtenTo();
      await appendFile(file, Buffer.alloc(zeros));
      const { stderr } = await shells[shell](redis.folder);
      expect(stderr).toContain(`tripod: cut ${zeros} zeros off the end of ${file}`);
      expect(await readFile(file)).toEqual(content);
      const [copy = ""] = (await readdir(redis.folder)).filter((name) => name.includes("from"));
      expect(copy).toBe("appendonly.aof.1.incr.aof.from-0");
      const whole = Buffer.concat([content, Buffer.alloc(zeros)]);
      expect((await readFile(join(redis.folder, copy))).equals(whole)).toBe(true);
      expect(await keysOf(redis)).toBe(11);
    }
  },
);

test("zeros in the place of a last command's end cost that command alone", async () => {
  for (const lost of [1, 4, 20, 60]) {
    const { redis, file, content } = await writtenTo();
    await truncate(file, content.length - lost);
    // Exactly as long as before, too: Redis alone would take the zeros for the value.
    for (const zeros of [lost, 512]) {
      await writeFile(file, content.subarray(0, content.length - lost));
      await appendFile(file, Buffer.alloc(zeros));
      await shells.bash(redis.folder);
      expect(await keysOf(redis)).toBe(9);
      await redis.signal("SIGKILL");
    }
  }
});

test.each([
  ["a file that is whole", 0, 11],
  ["a last command that is cut short", 3, 9],
])("leaves alone %s, without a word", async (_, missing, keys) => {
  const { redis, file, content } = await writtenTo();
  await truncate(file, content.length - missing);
  for (const shell of names) {
    expect(await shells[shell](redis.folder)).toEqual({ stdout: "", stderr: "" });
  }
  expect(await readFile(file)).toEqual(content.subarray(0, content.length - missing));
  expect(await keysOf(redis)).toBe(keys);
});

test("has nothing to do before Redis has ever started", async () => {
  for (const shell of names) {
    expect(await shells[shell](createTemporaryFolder())).toEqual({ stdout: "", stderr: "" });
  }
});

test.each([
  ["zeros in the middle", (content: Buffer) => insert(content, Buffer.alloc(512))],
  ["garbage at the end", (content: Buffer) => Buffer.concat([content, Buffer.from("garbage\n")])],
  [
    "garbage in the middle, and zeros at the end",
    (content: Buffer) =>
      Buffer.concat([insert(content, Buffer.from("garbage")), Buffer.alloc(512)]),
  ],
])("with %s Redis stops and says what to do, and nothing but zeros is cut", async (_, spoil) => {
  const { redis, file, content } = await writtenTo();
  const spoilt = spoil(content);
  await writeFile(file, spoilt);
  await shells.bash(redis.folder);
  const left = await readFile(file);
  expect(left.equals(spoilt.subarray(0, left.length))).toBe(true);
  expect(spoilt.subarray(left.length).every((byte) => byte === 0)).toBe(true);

  const advice = /exited with 1 .*Bad file format.*make a backup.*redis-check-aof --fix/s;
  await expect(redis.start()).rejects.toThrow(advice);
  expect(await readFile(file)).toEqual(left);
});

test("looks at the file that Redis wrote to last", async () => {
  const { redis, file, content } = await writtenTo();
  const folder = join(redis.folder, "appendonlydir");
  const next = join(folder, "appendonly.aof.2.incr.aof");
  await appendFile(
    join(folder, "appendonly.aof.manifest"),
    "file appendonly.aof.2.incr.aof seq 2 type i\n",
  );
  await writeFile(next, Buffer.alloc(100));
  await shells.bash(redis.folder);
  expect([await readFile(file), (await readFile(next)).length]).toEqual([content, 0]);
  expect(await keysOf(redis)).toBe(11);
});

function insert(content: Buffer, garbage: Buffer): Buffer {
  // Between two commands.
  const middle = content.indexOf("*3", 200);
  return Buffer.concat([content.subarray(0, middle), garbage, content.subarray(middle)]);
}
