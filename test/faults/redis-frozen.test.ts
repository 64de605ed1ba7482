import { expect } from "vitest";
import { postJson, readBody, submitDivision } from "../support/client.ts";
import { type ProducerProcess, spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { cut, openSeparateHosts, whyNoSeparateHosts } from "./separate-hosts.ts";
import { countSubmitted } from "./stored-jobs.ts";

/** A Redis that stops to answer without closing a connection. */
interface Silence {
  readonly how: string;
  readonly redisUrl: string;
  readonly producer: ProducerProcess;
  begin(): Promise<void>;
  end(): Promise<void>;
}

const division = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };

fault<{ readonly ways: readonly (() => Promise<Silence>)[] }>(
  {
    id: "F7",
    name: "Redis is silent: the producer's answers",
    obstacle: whyNoSeparateHosts(),
    short: { ways: [freeze], timeoutMs: 60_000 },
    full: { ways: [freeze, swallow], timeoutMs: 120_000 },
  },
  async ({ ways }, measure) => {
    for (const way of ways) await measureSilence(await way(), measure);
  },
);

async function freeze(): Promise<Silence> {
  const redis = await ownRedis();
  return {
    how: "SIGSTOP",
    redisUrl: redis.url,
    producer: await spawnProducer(redis.url),
    begin: () => redis.signal("SIGSTOP"),
    end: () => redis.signal("SIGCONT"),
  };
}

async function swallow(): Promise<Silence> {
  const hosts = await openSeparateHosts();
  return {
    how: "packets dropped",
    redisUrl: hosts.redisUrlOutside,
    producer: await spawnProducer(hosts.redisUrl, {}, hosts.place("producer")),
    begin: () => hosts.drop([cut("producer", "redis"), cut("redis", "producer")]),
    end: () => hosts.heal(),
  };
}

async function measureSilence(silence: Silence, measure: Measure): Promise<void> {
  const { how, producer, redisUrl } = silence;
  const submit = async (key: string) => {
    const startedAt = performance.now();
    const url = `${producer.url}/api/v1/tasks`;
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
  measure.atMost(
    `${how}: 503 unknown, slowest`,
    2.1,
    Math.max(...first.map(({ ms }) => ms)) / 1_000,
    "s",
  );

  await until("4 s to pass", () => performance.now() - silentAt > 4_200);
  const later: number[] = [];
  for (let index = 0; index < 15; index += 1) {
    const { answer, ms } = await submit("never");
    expect(answer).toBe("503 not_ready");
    later.push(ms);
  }
  measure.atMost(`${how}: 503 not_ready after 4 s, median`, 10, median(later), "ms");

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
  measure.atMost(`${how}: first 202 after`, 1, (performance.now() - healedAt) / 1_000, "s");
  expect(new Set(ids).size).toBe(keys.length);
  measure.exactly(
    `${how}: jobs of ${keys.length} keys sent again`,
    keys.length,
    (await countSubmitted(redisUrl)) - 1,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
