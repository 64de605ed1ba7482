import { expect, test } from "vitest";
import { readJobStatus } from "../../../src/producer/jobs/job-status.ts";
import { readQueueState } from "../../../src/queue/state.ts";
import { submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

test("a job that is retried by hand while it is read is not told to have succeeded without a result", async () => {
  const { url, queue, redis, name } = await startProducer();
  const { worker } = await startWorker(name);
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  await untilFinal(url, id);
  await worker.close();

  const getJob = queue.getJob.bind(queue);
  queue.getJob = async (of) => {
    const job = await getJob(of);
    // Its state is read already, and its record is not.
    if (job?.finishedOn !== undefined) await job.retry("completed");
    return getJob(of);
  };
  const state = () => readQueueState(queue, {});
  expect(await readJobStatus({ queue, redis, state }, id)).toMatchObject({ status: "waiting" });
});
