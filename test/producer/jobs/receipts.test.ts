import { expect, test } from "vitest";
import { defaultPolicy } from "../../../src/contract/job-policy.ts";
import { summarizeJob } from "../../../src/producer/jobs/job-status.ts";
import { createIdSecret } from "../../../src/queue/id-secret.ts";
import { createPlaces } from "../../../src/queue/places.ts";
import { readQueueState } from "../../../src/queue/state.ts";
import { type SubmissionDeps, submitJob } from "../../../src/queue/submission.ts";
import { untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

test("a new job is told as it was sent, even where it has ended before it was read back", async () => {
  const { url, queue, redis, name } = await startProducer();
  await startWorker(name);
  const state = await readQueueState(queue, {});
  const readJob = queue.getJob.bind(queue);
  queue.getJob = async (id) => {
    await untilFinal(url, id);
    return readJob(id);
  };
  const ask: SubmissionDeps["ask"] = (call) => call(queue, redis);
  const deps: SubmissionDeps = {
    ask,
    idSecret: createIdSecret(redis),
    load: async () => ({ state, memory: { used: 0, limit: 1 } }),
    maxDepth: 10,
    places: createPlaces({ ask, toKey: (key) => queue.toKey(key), limit: 0 }),
  };
  const send = async () => {
    const {
      job,
      state: at,
      replayed,
    } = await submitJob(deps, {
      task: "quotient",
      input: { x: 10, y: 2, delayMs: 0 },
      policy: defaultPolicy,
      idempotencyKey: "once",
      client: "203.0.113.1",
      carrierOf: () => ({}),
    });
    const { status, attempts, started_at, finished_at } = summarizeJob(job, at);
    return { replayed, status, attempts, started: started_at, finished: finished_at };
  };
  const [first, second] = [await send(), await send()];

  expect(first).toEqual({
    replayed: false,
    status: "waiting",
    attempts: 0,
    started: undefined,
    finished: undefined,
  });
  expect(second).toMatchObject({ replayed: true, status: "succeeded", attempts: 1 });
});
