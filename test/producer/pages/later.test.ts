import { expect, test } from "vitest";
import { startProducer } from "../../support/producer.ts";

const dayMs = 86_400_000;
const inUtc = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 16);

function postForm(url: string, runAt: string): Promise<Response> {
  return fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ x: "10", y: "2", delayMs: "0", run_at: runAt }),
    redirect: "manual",
  });
}

test("a form's start time is taken as that of UTC, and an empty or a past one as now", async () => {
  const { url, queue } = await startProducer();
  const runAt = inUtc(dayMs);
  for (const text of [runAt, "", "2001-02-03T04:05"]) {
    expect((await postForm(url, text)).status).toBe(303);
  }
  const [later, ...others] = await queue.getJobs(["delayed"]);
  expect([later?.opts["runAt" as keyof object], others]).toEqual([Date.parse(`${runAt}Z`), []]);
  expect(await queue.getWaitingCount()).toBe(2);
});

test.each([
  ["tomorrow", "Enter a date and a time, such as 2026-12-01T02:00."],
  ["2026-02-30T02:00", "Enter a date and a time, such as 2026-12-01T02:00."],
  [inUtc(366 * dayMs), "Enter a time within the next 365 days."],
])(
  "a form's start time of %s is refused beside it, kept, and queues nothing",
  async (text, told) => {
    const { url, queue } = await startProducer();
    const response = await postForm(url, text);
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`<p>${told}</p>`);
    expect(page).toContain('<a href="#quotient-run_at">Start time</a>');
    expect(page).toMatch(/<details class="later" open>/);
    expect(page).toContain(`value="${text}"`);
    expect(page).toContain('value="10"');
    expect(await queue.getJobCountByTypes()).toBe(0);
  },
);
