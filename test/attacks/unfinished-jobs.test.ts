import { expect, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { postJson } from "../support/client.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const jobs = 600;
const limit = 100;

test("one client's hour of work, sent in an instant, leaves room for another client's", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, {
    LOG_LEVEL: "warn",
    TRUST_PROXY: "true",
    // As they are by default.
    RATE_LIMIT_PER_MINUTE: "",
    MAX_UNFINISHED_PER_CLIENT: "",
  });
  const submitAs = async (client: string, delayMs: number) => {
    const body = { task: "quotient", input: { x: 1, y: 1, delayMs } };
    const headers = { "x-forwarded-for": client };
    return (await postJson(`${producer.url}${paths.api}`, body, headers)).status;
  };
  const statuses = await Promise.all(
    Array.from({ length: jobs }, () => submitAs("203.0.113.1", 60_000)),
  );
  const count = (wanted: number) => statuses.filter((status) => status === wanted).length;
  expect([count(202), count(429)]).toEqual([limit, jobs - limit]);
  expect(await submitAs("203.0.113.2", 0)).toBe(202);
  expect(producer.output()).toBe("");
});
