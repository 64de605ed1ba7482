import { expect, test } from "vitest";
import { createCounted, openChain } from "../../support/chain.ts";
import { postJson, readBody, untilFinal } from "../../support/client.ts";

const counted = createCounted();

async function submit(url: string): Promise<{ readonly id: string }> {
  return readBody(await postJson(`${url}/api/v1/jobs`, { task: "submitter", input: {} }));
}

test("whoever submitted a job sees which jobs it has submitted, and these do not tell of it", async () => {
  const { url } = await openChain(
    async (job) => {
      const { id } = await job.submit(counted, { n: 1 });
      return [id, (await job.submit(counted, { n: 2 })).id];
    },
    { counted },
  );
  const { id } = await submit(url);
  const { result } = await untilFinal(url, id);
  const ids = result as [string, string];
  const read = async (path: string) => (await fetch(`${url}${path}`)).text();
  expect(JSON.parse(await read(`/api/v1/jobs/${id}`))).toMatchObject({
    submitted: { count: 2, jobs: ids.map((each) => ({ id: each, task: "counted" })) },
  });
  const page = await read(`/jobs/${id}`);
  for (const each of ids) {
    expect(page).toContain(`<a href="/jobs/${each}">`);
    expect(await read(`/api/v1/jobs/${each}`)).not.toContain(id);
    expect(await read(`/jobs/${each}`)).not.toContain(id);
  }
});

test("of many jobs that a job has submitted the first hundred are told, and how many there are", async () => {
  const { url } = await openChain(
    async (job) => {
      await Promise.all(Array.from({ length: 130 }, (_, n) => job.submit(counted, { n })));
    },
    { counted },
  );
  const { id } = await submit(url);
  await untilFinal(url, id);
  const { submitted } = await readBody(await fetch(`${url}/api/v1/jobs/${id}`));
  expect([submitted.count, submitted.jobs.length]).toEqual([130, 100]);
  expect(await (await fetch(`${url}/jobs/${id}`)).text()).toContain("And 30 more.");
});
