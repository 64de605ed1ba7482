import { parentPort, workerData } from "node:worker_threads";
import { openRedis } from "../../queue/connection.ts";
import { keysOf } from "../../queue/job-events.ts";
import { withReader } from "../../service/secret-file.ts";
import { endOfThread } from "../../service/thread-end.ts";
import { createAnswers } from "./answers.ts";
import { startFollower } from "./follower.ts";
import type { IndexMessage, IndexOrders, IndexRequest } from "./index-orders.ts";
import { createJobTable } from "./job-table.ts";
import { createKinds } from "./kinds.ts";
import { createQueueFeed } from "./queue-feed.ts";
import { createUpkeep } from "./upkeep.ts";

const { redis: address, queues, maxJobs } = workerData as IndexOrders;
const say = (message: IndexMessage) => parentPort?.postMessage(message, []);

const redis = openRedis(withReader(address), "background");
const table = createJobTable();
const kinds = createKinds(table.names.group);
const upkeep = createUpkeep(table, kinds, maxJobs);
const feeds = queues.map((name) =>
  createQueueFeed({
    redis,
    keys: keysOf(name),
    table,
    upkeep,
    onGap: (queue) =>
      say({
        level: "warn",
        text: "the index of jobs has missed events, and reads all jobs again",
        fields: { queue },
      }),
    onScanned: (queue, jobs) =>
      say({ level: "info", text: "the index of jobs is complete", fields: { queue, jobs } }),
  }),
);
const follower = startFollower({
  redis,
  feeds,
  table,
  upkeep,
  onError: (error) =>
    say({
      level: "warn",
      text: "the index of jobs cannot be kept up",
      fields: { err: error instanceof Error ? error : new Error(String(error)) },
    }),
});
const answers = createAnswers({ table, kinds, standing: () => follower.standing() });

parentPort?.on("message", (message: IndexRequest | typeof endOfThread) => {
  if (message === endOfThread) process.exit();
  const { id, call, values } = message;
  const ask = answers[call] as (...given: readonly unknown[]) => unknown;
  try {
    say({ id, answer: ask(...values) });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
