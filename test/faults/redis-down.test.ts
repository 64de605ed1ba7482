import { expect } from "vitest";
import { postJson, readBody, submitDivision } from "../support/client.ts";
import { spawnProducer } from "../support/processes.ts";
import { median } from "../support/quantiles.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

fault(
  {
    id: "F6",
    name: "Redis is down: the producer's answers",
    short: { requests: 15, timeoutMs: 30_000 },
    full: { requests: 200, timeoutMs: 60_000 },
  },
  async ({ requests }, measure) => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    const { id } = await until("a first 202", () => submitDivision(producer.url, { x: 1, y: 1 }));
    await redis.signal("SIGKILL");
    const durations: number[] = [];
    for (let index = 0; index < requests; index += 1) {
      const startedAt = performance.now();
      const response = await postJson(`${producer.url}/api/v1/jobs`, division);
      durations.push(performance.now() - startedAt);
      const { kind } = await readBody(response);
      expect([response.status, response.headers.get("retry-after"), kind]).toEqual([
        503,
        "1",
        "not_ready",
      ]);
    }
    measure.atMost("503 not_ready, median", 50, median(durations), "ms");
    const readiness = await fetch(`${producer.url}/readyz`);
    expect([readiness.status, (await fetch(`${producer.url}/healthz`)).status]).toEqual([503, 200]);
    const cookie = `tripod-jobs=${id}`;
    const page = await (await fetch(producer.url, { headers: { cookie } })).text();
    expect(page).toContain("The queue cannot be reached now.");

    await redis.start();
    const upAt = performance.now();
    await until("a 202", () => submitDivision(producer.url, { x: 1, y: 1 }));
    measure.atMost("first 202 after it is up", 2, (performance.now() - upAt) / 1_000, "s");
  },
);
