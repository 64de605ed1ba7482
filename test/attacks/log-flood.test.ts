import { expect, test } from "vitest";
import { lineLimits } from "../../src/contract/log-lines.ts";
import { submitDivision } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const linesOf = (output: string, line: string) =>
  output
    .split("\n")
    .filter(Boolean)
    .map((text): Record<string, unknown> => JSON.parse(text))
    .filter((fields) => fields["line"] === line);

const readCount = async (metricsUrl: string, line: string, outcome: string) => {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const series = `taskqueue_log_lines_total{line="${line}",outcome="${outcome}"} `;
  return Number(
    text
      .split("\n")
      .find((sample) => sample.startsWith(series))
      ?.slice(series.length),
  );
};

test("guesses from ever new addresses are all counted, and some are logged with where they came from", async () => {
  const guesses = 100;
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { TRUST_PROXY: "true" });
  for (let index = 0; index < guesses; index += 1) {
    const headers = {
      authorization: `Basic ${btoa(`admin:guess ${index}`)}`,
      "x-forwarded-for": `2001:db8:0:${index.toString(16)}::1`,
    };
    await (await fetch(producer.boardUrl, { headers })).text();
  }
  const heldBack = await readCount(producer.metricsUrl, "login_refused", "held_back");
  const written = await readCount(producer.metricsUrl, "login_refused", "written");
  expect(written + heldBack).toBe(guesses);
  // A busy machine may take longer than a minute.
  expect(heldBack).toBeGreaterThan(0);
  await producer.stop("SIGTERM");

  const lines = linesOf(producer.output(), "login_refused");
  expect(lines.filter(({ client }) => client !== undefined)).toHaveLength(written);
  expect(lines[0]).toMatchObject({ client: "2001:db8:0:0::/64", msg: "login refused" });
  const sums = lines.map(({ held_back: count }) => Number(count ?? 0));
  expect(sums.reduce((sum, count) => sum + count, 0)).toBe(heldBack);
});

test("a client who is refused unheard is counted too", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const guess = async (password: string) =>
    (
      await fetch(producer.boardUrl, { headers: { authorization: `Basic ${btoa(password)}` } })
    ).text();
  for (let index = 0; index < 12; index += 1) await guess(`admin:guess ${index}`);
  await guess("admin:correct horse");

  expect(await readCount(producer.metricsUrl, "login_limited", "written")).toBe(3);
  expect(linesOf(producer.output(), "login_limited")).toHaveLength(3);
});

test("jobs that fail by what was sent fill no log, and hide nothing else in it", async () => {
  const jobs = lineLimits.job_failed + 100;
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const worker = await spawnWorker(redis.url);
  for (let begin = 0; begin < jobs; begin += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => submitDivision(producer.url, { x: 1, y: 0 })),
    );
  }
  const failures = async () =>
    (await readCount(worker.metricsUrl, "job_failed", "written")) +
    (await readCount(worker.metricsUrl, "job_failed", "held_back"));
  await until("all jobs to have failed", async () => (await failures()) === jobs);
  await worker.stop("SIGTERM");

  const lines = linesOf(worker.output(), "job_failed");
  const summaries = lines.filter(({ held_back: count }) => count !== undefined);
  const told = summaries.reduce((sum, { held_back: count }) => sum + Number(count), 0);
  expect(told).toBeGreaterThan(0);
  expect(lines.length - summaries.length + told).toBe(jobs);
  expect(summaries[0]).toMatchObject({
    level: "warn",
    error_type: "division_by_zero",
    msg: `job_failed: ${told} more lines like these were held back`,
  });
  expect(worker.output()).toContain('"msg":"stopped"');
});
