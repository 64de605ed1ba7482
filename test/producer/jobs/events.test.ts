import { expect, onTestFinished, test, vi } from "vitest";
import { readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { nothingTasks, submitNothing } from "../../support/nothing.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("a quick job's end is told by its events alone, without the tick of a second", async () => {
  // Nothing ticks: what an event does not tell is never told.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const { url, name } = await startProducer({ tasks: nothingTasks });
  await startWorker(name, { tasks: nothingTasks });
  for (let job = 0; job < 100; job += 1) {
    const id = await submitNothing(url);
    const signal = AbortSignal.timeout(20_000);
    const told = await fetch(`${url}/api/v1/jobs/${id}/events`, { signal });
    expect(await told.text()).toMatch(/"status":"succeeded".*\n\n$/);
  }
});

test("who comes back for an end that it has seen is told that there is no more, until the job is retried by hand", async () => {
  const { url, name, queue } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const watch = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/api/v1/jobs/${id}/events`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const first = await watch();
  expect(first.text).toMatch(/^retry: 1000\nevent: status\n/);
  const end = idOf(first.text);
  expect([await watch({ "last-event-id": end }), idOf((await watch()).text)]).toEqual([
    { status: 204, text: "" },
    end,
  ]);
  expect((await watch({ "last-event-id": "another" })).status).toBe(200);

  await (await queue.getJob(id))?.retry();
  await vi.waitFor(async () => expect((await untilFinal(url, id)).finished_at).not.toBe(end));
  const again = await watch({ "last-event-id": end });
  expect([again.status, idOf(again.text) === end]).toEqual([200, false]);
});

test("what is remembered of the queue is not told after a pause or its end", async () => {
  // What is remembered would stay so for ever.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { url, queue } = await startProducer({ tasks: nothingTasks });
  const untilReason = (reason: string) =>
    until(`a job that is ${reason}`, async () => {
      const { waiting } = await readJob(url, await submitNothing(url));
      return waiting?.reason === reason;
    });
  await untilReason("no_workers");
  await queue.pause();
  await untilReason("paused");
  await queue.resume();
  expect(await untilReason("no_workers")).toBe(true);
});

function idOf(text: string): string {
  return /^id: (.*)$/m.exec(text)?.[1] ?? "";
}
