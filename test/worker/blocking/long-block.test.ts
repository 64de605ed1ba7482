import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { forkSources, isolatedTasks } from "../../support/fork.ts";
import { spawnProducer, spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

// As 40 s are to the 30 s of a lock.
const lockMs = 3_000;
const blockMs = 4_000;

/** The blocking task once more, without its isolation. */
function createInlineTask(): URL {
  const folder = createTemporaryFolder();
  const source = readFileSync(new URL("block.ts", isolatedTasks), "utf8");
  writeFileSync(join(folder, "block-inline.ts"), source.replace("isolated: true,", ""));
  return pathToFileURL(`${folder}/`);
}

async function start() {
  const redis = await ownRedis();
  const sources = forkSources(isolatedTasks, createInlineTask());
  const { url } = await spawnProducer(redis.url, {}, sources);
  const env = { WORKER_LOCK_MS: String(lockMs), WORKER_STALLED_CHECK_MS: "500" };
  const { output } = await spawnWorker(redis.url, env, sources);
  const file = join(createTemporaryFolder(), "starts");
  const block = async (task: string, ms: number): Promise<string> =>
    (await readBody(await postJson(`${url}/api/v1/jobs`, { task, input: { file, ms } }))).id;
  return { url, output, block };
}

test("who submitted it sees a job succeed that blocks its worker for longer than its lock, and its neighbour; its author is told", async () => {
  const { url, output, block } = await start();
  const { id: neighbour } = await submitDivision(url, { x: 6, y: 3, delayMs: 1_000 });
  const id = await block("block-inline", blockMs);
  expect(await untilFinal(url, id)).toMatchObject({
    status: "succeeded",
    result: blockMs,
    attempts: 1,
  });
  expect(await untilFinal(url, neighbour)).toMatchObject({
    status: "succeeded",
    result: 2,
    attempts: 1,
  });
  // A busy machine may stop the task on its way, so that there are two lines.
  const told = await until("a line about most of it", () =>
    output()
      .split("\n")
      .filter((line) => line.includes("a task blocked the event loop: block-inline"))
      .map((line) => JSON.parse(line))
      .find(({ blocked_ms: blockedMs }) => blockedMs > blockMs / 2),
  );
  expect(told).toMatchObject({ level: "warn", task: "block-inline" });
});

test("an isolated job that blocks for longer than its limit fails as timeout, once, and holds nobody up", async () => {
  const { url, output, block } = await start();
  const id = await block("block", 60_000);
  await until("its start", async () =>
    (await (await fetch(`${url}/api/v1/jobs/${id}`)).text()).includes('"working"'),
  );
  const { id: neighbour } = await submitDivision(url, { x: 6, y: 3, delayMs: 0 });
  expect(await untilFinal(url, neighbour)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await (await fetch(`${url}/api/v1/jobs/${id}`)).json()).toMatchObject({
    status: "working",
  });
  expect(await untilFinal(url, id)).toMatchObject({
    status: "failed",
    error_type: "timeout",
    error: "still running after its limit of 6000 ms",
    attempts: 1,
  });
  expect(output()).not.toContain("blocked the event loop");
});
