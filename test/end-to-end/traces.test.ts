import { existsSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { forkSources } from "../support/fork.ts";
import { type OtlpSpan, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { startRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

test("a retry, a recovery and a long delay start traces of their own that link to the sender's", async () => {
  const { url, queue, spans, startWorker } = await startTraced();
  const worker = await startWorker();
  const submit = async (first: "fails" | "hangs") => {
    const trace = join(createTemporaryFolder(), "was-here");
    const input = { trace, first };
    const answer = await postJson(`${url}/api/v1/jobs`, { task: "second-try", input });
    return { trace, ...(await readBody(answer)) };
  };

  const retried = await submit("fails");
  expect(await untilFinal(url, retried.id)).toMatchObject({ status: "succeeded", attempts: 2 });

  const sender = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
  const metadata = JSON.stringify({ traceparent: `00-${sender.traceId}-${sender.spanId}-01` });
  const divide = { x: 10, y: 2, delayMs: 0 };
  const delayedId = createRandomId();
  const delayed = await queue.add("quotient", divide, {
    jobId: delayedId,
    delay: 360_000,
    telemetry: { metadata, omitContext: true },
  });
  await delayed.promote();
  expect(await untilFinal(url, delayedId)).toMatchObject({ status: "succeeded" });

  const recovered = await submit("hangs");
  await until("the first attempt", () => existsSync(recovered.trace));
  await until("its wait to be exported", () =>
    spans.some(({ name, traceId }) => name === "wait default" && traceId === recovered.trace_id),
  );
  await worker.stop("SIGKILL");
  await startWorker();
  expect(await untilFinal(url, recovered.id, 60_000)).toMatchObject({ status: "succeeded" });

  const tell = (id: string, ...parts: string[]) => untilTold(spans, id, parts);
  const send = (id: string) =>
    spans.find(({ name, attributes }) => name === "send default" && isOf(attributes, id));
  expect([
    await tell(retried.id, "send", "wait", "process 1 error", "settle"),
    await tell(retried.id, "process 2", "settle"),
  ]).toEqual([
    { traceId: retried.trace_id, linksTo: send(retried.id)?.spanId },
    { traceId: expect.not.stringMatching(retried.trace_id), linksTo: send(retried.id)?.spanId },
  ]);
  expect([
    await tell(recovered.id, "send", "wait"),
    await tell(recovered.id, "process 2", "settle"),
  ]).toEqual([
    { traceId: recovered.trace_id, linksTo: undefined },
    {
      traceId: expect.not.stringMatching(recovered.trace_id),
      linksTo: send(recovered.id)?.spanId,
    },
  ]);
  expect(await tell(delayedId, "wait", "process 1", "settle")).toEqual({
    traceId: expect.not.stringMatching(sender.traceId),
    linksTo: sender.spanId,
  });
});

/** Redis, a producer and a place for workers, all of which know the task and export what they trace. */
async function startTraced() {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const otlp = await startOtlpReceiver();
  const sources = forkSources(new URL("../support/traced-tasks/", import.meta.url));
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    WORKER_LOCK_MS: "1000",
    WORKER_STALLED_CHECK_MS: "200",
  };
  const { url } = await spawnProducer(redis.url, env, sources);
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  onTestFinished(() => connection.disconnect());
  return {
    url,
    queue: createQueue(connection),
    spans: otlp.spans,
    startWorker: () => spawnWorker(redis.url, env, sources),
  };
}

/** Waits for a trace that has exactly these spans of the job, and tells which it is and where it links. */
async function untilTold(spans: readonly OtlpSpan[], id: string, parts: readonly string[]) {
  return until(`a trace of ${id} with ${parts.join(", ")}`, () => {
    const ofJob = spans.filter(({ attributes }) => isOf(attributes, id));
    const traces = Map.groupBy(ofJob, ({ traceId }) => traceId);
    const found = [...traces].find(
      ([, told]) => told.map(inWords).toSorted().join() === parts.toSorted().join(),
    );
    if (found === undefined) return undefined;
    const [traceId, told] = found;
    return { traceId, linksTo: told.flatMap(({ links }) => links).at(-1) };
  });
}

function isOf(attributes: OtlpSpan["attributes"], id: string): boolean {
  return attributes["messaging.message.id"] === id;
}

/** As "process 2 error". */
function inWords({ name, attributes, status }: OtlpSpan): string {
  const attempt = Number(attributes["taskqueue.attempt"]);
  return `${name.split(" ")[0]}${attempt > 0 ? ` ${attempt}` : ""}${status === 2 ? " error" : ""}`;
}
