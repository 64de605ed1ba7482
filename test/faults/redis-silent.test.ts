import { expect } from "vitest";
import { postJson, readBody, submitDivision } from "../support/client.ts";
import { type ProducerProcess, spawnProducer } from "../support/processes.ts";
import { median } from "../support/quantiles.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { cut, openSeparateHosts, whyNoSeparateHosts } from "./separate-hosts.ts";
import { countSubmitted } from "./stored-jobs.ts";

/** A Redis that stops to answer without closing a connection. */
interface Silence {
  readonly redisUrl: string;
  readonly producer: ProducerProcess;
  /** Within which the producer is to be back. */
  readonly goalSeconds: number;
  begin(): Promise<void>;
  end(): Promise<void>;
}

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

const size = { timeoutMs: 60_000 };

fault(
  { id: "F7", name: "Redis is frozen: the producer's answers", short: size, full: size },
  async (_, measure) => measureSilence(await freeze(), measure),
);

fault(
  {
    id: "F7",
    name: "packets between the producer and Redis are dropped",
    obstacle: whyNoSeparateHosts(),
    short: size,
    full: size,
  },
  async (_, measure) => measureSilence(await swallow(), measure),
);

async function freeze(): Promise<Silence> {
  const redis = await ownRedis();
  return {
    redisUrl: redis.url,
    goalSeconds: 1,
    producer: await spawnProducer(redis.url),
    begin: () => redis.signal("SIGSTOP"),
    end: () => redis.signal("SIGCONT"),
  };
}

async function swallow(): Promise<Silence> {
  const hosts = await openSeparateHosts();
  return {
    redisUrl: hosts.redisUrlOutside,
    // TCP asks for a connection once a second, and the answer takes its time.
    goalSeconds: 1.2,
    producer: await hosts.startProducer(),
    begin: () => hosts.drop([cut("producer", "redis"), cut("redis", "producer")]),
    end: () => hosts.heal(),
  };
}

async function measureSilence(silence: Silence, measure: Measure): Promise<void> {
  const { producer, redisUrl } = silence;
  const submit = async (key: string) => {
    const startedAt = performance.now();
    const url = `${producer.url}/api/v1/jobs`;
    const response = await postJson(url, division, { "idempotency-key": key });
    const { kind, id } = await readBody(response);
    return { answer: `${response.status} ${kind}`, id, ms: performance.now() - startedAt };
  };
  await until("Redis", () => submitDivision(producer.url, { x: 1, y: 1 }));
  const keys = Array.from({ length: 4 }, (_, index) => `once-${index}`);
  await silence.begin();
  const silentAt = performance.now();
  const first = await Promise.all(keys.map(submit));
  expect(first.map(({ answer }) => answer)).toEqual(keys.map(() => "503 unknown"));
  const unknownMs = median(first.map(({ ms }) => ms));
  measure.atMost("503 unknown, median", 2.1, unknownMs / 1_000, "s");

  await until("4 s to pass", () => performance.now() - silentAt > 4_200);
  const isNoticed = async () => (await submit("never")).answer === "503 not_ready";
  await until("the producer to notice", isNoticed);
  measure.atMost("503 not_ready from", 4.5, (performance.now() - silentAt) / 1_000, "s");
  const later: number[] = [];
  for (let index = 0; index < 15; index += 1) {
    const { answer, ms } = await submit("never");
    expect(answer).toBe("503 not_ready");
    later.push(ms);
  }
  // The quickest, because a busy machine delays some; if it waited for Redis, it would always.
  measure.atMost("503 not_ready after 4 s, quickest of 15", 10, Math.min(...later), "ms");

  await silence.end();
  const healedAt = performance.now();
  const ids = await Promise.all(
    keys.map((key) =>
      until("a 202", async () => {
        const { answer, id } = await submit(key);
        return answer === "202 undefined" && id;
      }),
    ),
  );
  const backSeconds = (performance.now() - healedAt) / 1_000;
  measure.atMost("first 202 after it answers again", silence.goalSeconds, backSeconds, "s");
  expect(new Set(ids).size).toBe(keys.length);
  measure.exactly(
    `jobs of ${keys.length} keys sent again`,
    keys.length,
    (await countSubmitted(redisUrl)) - 1,
  );
}
