import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { submitDivision, untilFinal } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

interface Listed {
  readonly jobs: readonly { readonly id: string; readonly state: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly previous: string | null;
  readonly next: string | null;
  readonly index: { readonly phase: string };
}

/** A producer whose console is asked for jobs. */
async function openConsole(usersFile?: string) {
  const producer = await startProducer({ usersFile });
  const ask = async (query: string, accept: string, path = "/jobs") =>
    fetch(`${producer.boardUrl}${path}${query}`, {
      headers: { authorization: boardAuthorization, accept },
    });
  const list = async (query = ""): Promise<Listed> => {
    const response = await ask(query, "application/json");
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    return response.json() as Promise<Listed>;
  };
  const readPage = async (query = "") => (await ask(query, "text/html,*/*;q=0.8")).text();
  /** Once so many jobs are indexed. */
  const untilListed = async (count: number, query = "") =>
    until(`${count} jobs at "${query}"`, async () => {
      const listed = await list(query);
      return listed.jobs.length === count && listed.index.phase === "following" && listed;
    });
  return { ...producer, ask, list, readPage, untilListed };
}

test("programs find jobs by what the address says, in pages that lead on to others", async () => {
  const { url, name, untilListed, list } = await openConsole();
  await startWorker(name);
  const ids: string[] = [];
  for (const y of [1, 0, 2]) {
    const { id } = await submitDivision(url, { x: 4, y });
    await untilFinal(url, id);
    ids.push(id);
  }
  const [first, failed, last] = ids;
  await untilListed(3);
  await untilListed(2, "?state=succeeded");
  const { jobs, counts } = await untilListed(1, "?class=division_by_zero&within=1h");
  expect(jobs).toEqual([
    {
      id: failed,
      queue: name,
      task: "quotient",
      state: "failed",
      created_at: expect.any(String),
      ready_at: expect.any(String),
      started_at: expect.any(String),
      ended_at: expect.any(String),
      waited_seconds: expect.any(Number),
      ran_seconds: expect.any(Number),
      attempts: 1,
      error_type: "division_by_zero",
      group: expect.stringMatching(/^[0-9a-f]{12}$/),
      submitter: null,
      release: null,
    },
  ]);
  expect(counts).toMatchObject({ failed: 1, succeeded: 0 });
  const page = await list("?limit=2&sort=ended");
  expect(page.jobs.map(({ id }) => id)).toEqual([last, failed]);
  expect(page.previous).toBeNull();
  const next = await list(page.next ?? "");
  expect(next.jobs.map(({ id }) => id)).toEqual([first]);
  expect(next.next).toBeNull();
  expect((await list(next.previous ?? "")).jobs.map(({ id }) => id)).toEqual([last, failed]);
});

test("a job is found by its id, and by the Idempotency-Key that it was submitted with", async () => {
  const { usersFile, submit } = writeTokens();
  const { url, untilListed, list } = await openConsole(usersFile);
  const keyed = await submitDivision(url, { x: 1, y: 2 }, { "idempotency-key": "order-4711" });
  const other = await submitDivision(url, { x: 1, y: 2 });
  const byToken = { "idempotency-key": "order-4711", ...submit.headers };
  const named = await submitDivision(url, { x: 1, y: 2 }, byToken);
  await untilListed(3);
  const find = async (text: string, more = "") => {
    const { jobs } = await list(`?text=${encodeURIComponent(text)}${more}`);
    return jobs.map(({ id }) => id);
  };
  expect(await find("order-4711")).toEqual([keyed.id, named.id]);
  expect(await find("order-4711", `&submitter=${submit.name}`)).toEqual([named.id]);
  expect(await find("order-4711", "&task=quotient")).toEqual([keyed.id, named.id]);
  expect(await find("order-4711", "&state=failed")).toEqual([]);
  expect(await find(` ${other.id} `)).toEqual([other.id]);
  expect(await find("order-4712")).toEqual([]);
  expect(await find(createRandomId())).toEqual([]);
});

test("the page tells input and outcome of each job, and leaves out one that is gone meanwhile", async () => {
  const { url, queue, redis, name, untilListed, readPage } = await openConsole();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 10, y: 0 });
  await untilFinal(url, id);
  await untilListed(1, "?state=failed");
  const page = await readPage("?state=failed");
  expect(page).toContain(`href="/jobs/${id}"`);
  expect(page).toContain("x=10 y=0 delayMs=0");
  expect(page).toMatch(/<b>division_by_zero<\/b>: <bdi\s*>cannot divide 10 by zero<\/bdi/);
  expect(page).toContain("<title>Failed jobs · Tripod</title>");
  expect(await readPage("?state=succeeded")).toMatch(/No job matches\s+in this state/);
  // Its record alone: the index cannot know of that yet.
  await redis.del(queue.toKey(id));
  expect(await readPage("?state=failed")).not.toContain(`href="/jobs/${id}"`);
});

test("an address that makes no sense is refused with what was expected, to people on the page", async () => {
  const { ask, readPage } = await openConsole();
  const response = await ask("?state=faild", "application/json");
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/"state": got "faild", expected one of: waiting, working/);
  const page = await ask("?limit=0&after=x", "text/html");
  expect(page.status).toBe(400);
  const text = await page.text();
  expect(text).toContain("expected a whole number from 1 to 500");
  expect(text).toContain("<code>after</code>");
  await until("the index to be complete", async () =>
    (await readPage()).includes("No job has been submitted yet"),
  );
});

test("failures are grouped, and each group leads to its jobs", async () => {
  const { url, name, ask, untilListed, readPage } = await openConsole();
  await startWorker(name);
  for (const x of [1, 2, 3]) {
    const { id } = await submitDivision(url, { x, y: 0 });
    await untilFinal(url, id);
  }
  await untilListed(3, "?state=failed");
  const response = await ask("?within=1h", "application/json", "/failures");
  const { groups } = (await response.json()) as { groups: readonly { readonly group: string }[] };
  expect(groups).toEqual([
    {
      group: expect.stringMatching(/^[0-9a-f]{12}$/),
      task: "quotient",
      error_type: "division_by_zero",
      message: "cannot divide # by zero",
      count: 3,
      first_at: expect.any(String),
      last_at: expect.any(String),
      buckets: expect.any(Array),
      from: expect.any(String),
      to: expect.any(String),
      releases: [],
    },
  ]);
  const page = await (await ask("?within=1h", "text/html", "/failures")).text();
  const [, query = ""] = /href="\/jobs(\?[^"]*)"/.exec(page) ?? [];
  expect(query).toContain(`group=${groups[0]?.group}`);
  await untilListed(3, query.replaceAll("&amp;", "&"));
  expect(await readPage(query.replaceAll("&amp;", "&"))).toContain("cannot divide # by zero");
  const refused = await ask("?within=2h", "application/json", "/failures");
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('"within": got "2h", expected one of: 15m'),
  ]);
});

test("failures are not narrowed by a text, and who asks for that is told so", async () => {
  const { ask } = await openConsole();
  const words = "failures are not found by a text, expected another parameter";
  const told = await ask("?text=zero", "application/json", "/api/v1/failures");
  expect([told.status, await told.text()]).toEqual([400, expect.stringContaining(words)]);
  const page = await ask("?text=zero", "text/html", "/failures");
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining(words)]);
  expect((await ask("?text=", "text/html", "/failures")).status).toBe(200);
});

test("a text is searched in input, result and error, in steps that go on where the last one ended", async () => {
  const { url, queue, redis, name, untilListed, list } = await openConsole();
  await startWorker(name);
  const { id: succeeded } = await submitDivision(url, { x: 4_711, y: 4 });
  const { id: failed } = await submitDivision(url, { x: 4_711, y: 0 });
  for (const id of [succeeded, failed]) await untilFinal(url, id);
  await queue.pause();
  const ids = Array.from({ length: 3_000 }, createRandomId);
  const data = { text: 'A "quoted" word' };
  const added = ids.map((jobId, i) => ({
    name: "quotient",
    data: { ...data, i },
    opts: { jobId },
  }));
  await queue.addBulk(added);
  await until("all to be indexed", async () => {
    const { counts } = await list();
    return counts["waiting"] === 3_000 && counts["failed"] === 1;
  });
  // The index has it, and its record is gone.
  await redis.del(queue.toKey(ids[7] ?? ""));
  const search = async (text: string) => {
    let query = `?${new URLSearchParams({ text }).toString()}`;
    const reads: number[] = [];
    for (;;) {
      const { jobs, next, ...step } = await list(query);
      const { read, total } = step as unknown as { read: number; total: number };
      reads.push(read);
      if (next === null) return { ids: jobs.map(({ id }) => id), reads, total };
      query = next;
    }
  };
  const found = await search("1177.75");
  expect(found).toMatchObject({ ids: [succeeded], total: 3_002 });
  expect(found.reads.at(-1)).toBe(3_002);
  expect(found.reads).toEqual(found.reads.toSorted((a, b) => a - b));
  expect((await search("CANNOT DIVIDE 4711")).ids).toEqual([failed]);
  expect(new Set((await search("4711")).ids)).toEqual(new Set([succeeded, failed]));
  expect((await search('"value":')).ids).toEqual([]);
  const first = await list(
    `?${new URLSearchParams({ text: 'a "QUOTED"', limit: "3" }).toString()}`,
  );
  expect(first.jobs).toHaveLength(3);
  const next = await list(first.next ?? "");
  expect(next.jobs).toHaveLength(3);
  const shown = [...first.jobs, ...next.jobs].map(({ id }) => id);
  expect(new Set(shown).size).toBe(6);
  await untilListed(3, "?limit=3&text=quoted");
});
