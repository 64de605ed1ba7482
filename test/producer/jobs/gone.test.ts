import { expect, test } from "vitest";
import { nothingTasks as tasks, submitNothing } from "../../support/nothing.ts";
import { startProducer } from "../../support/producer.ts";

test("a watched job that is removed ends its stream with an event that says so", async () => {
  const { url, queue } = await startProducer({ tasks });
  const id = await submitNothing(url);
  const response = await fetch(`${url}/api/v1/jobs/${id}/events`);
  await queue.remove(id);
  const [first, ...others] = (await response.text()).split("\n\n").filter((block) => block !== "");

  expect(first).toMatch(/^retry: 1000\nevent: status\ndata: \{/);
  expect(others).toEqual([`event: gone\ndata: {"id":"${id}"}`]);
  expect((await fetch(`${url}/api/v1/jobs/${id}/events`)).status).toBe(404);
});
