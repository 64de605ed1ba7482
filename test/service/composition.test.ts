import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openProducer } from "../../src/producer/open-producer.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { type Config, loadConfig } from "../../src/service/config.ts";
import { within } from "../../src/service/deadline.ts";
import { loadTasks } from "../../src/task/registry.ts";
import { openWorker } from "../../src/worker/open-worker.ts";
import { untilReady } from "../support/client.ts";
import { anyPorts } from "../support/ports.ts";
import { asService, ownRedis } from "../support/redis.ts";
import { createTestTelemetry } from "../support/telemetry.ts";
import { until } from "../support/until.ts";

const tasks = await loadTasks();

const services = {
  producer: (config: Config) =>
    openProducer(as("producer", config), {
      tasks,
      telemetry: createTestTelemetry("producer", tasks),
    }),
  worker: (config: Config) =>
    openWorker(as("worker", config), { tasks, telemetry: createTestTelemetry("worker", tasks) }),
};

function as(service: "producer" | "worker", config: Config): Config {
  return { ...config, redis: { ...config.redis, url: asService(service, config.redis.url) } };
}

/** A Redis of the test's own, how many have a connection to it, and what leads to it. */
async function prepare() {
  const redis = await ownRedis();
  const address = { url: redis.url, password: undefined };
  const observer = openRedis(address, "background");
  onTestFinished(() => observer.disconnect());
  const readConnections = async () => {
    const clients = String(await observer.client("LIST"));
    return clients.trim().split("\n").length - 1;
  };
  const defaults = loadConfig({ BOARD_PASSWORD: "correct horse", WORKER_DRAIN_MS: "0" });
  return { redis, readConnections, config: { ...defaults, redis: address, ports: anyPorts } };
}

async function holdPort(): Promise<number> {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => void holder.close());
  const address = holder.address();
  return typeof address === "object" && address !== null ? address.port : Number.NaN;
}

test.each(["producer", "worker"] as const)(
  "a %s that is closed leaves no connection and no listener behind",
  async (name) => {
    const { config, readConnections } = await prepare();
    const service = await services[name](config);
    const url = `http://127.0.0.1:${service.ports.metrics}`;
    await untilReady(url);
    expect(await readConnections()).toBeGreaterThan(0);

    await service.close();
    await until("its connections to end", async () => (await readConnections()) === 0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
  },
);

test.each(["producer", "worker"] as const)(
  "a %s whose port is taken says so and closes what it had opened",
  async (name) => {
    const { config, readConnections } = await prepare();
    const taken = await holdPort();
    const ports = { ...anyPorts, producerMetrics: taken, workerMetrics: taken };
    await expect(services[name]({ ...config, ports })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${taken} for the ${name}'s /metrics`,
    );
    await until("its connections to end", async () => (await readConnections()) === 0);
  },
);

test.each(["producer", "worker"] as const)(
  "a %s can be closed while Redis is away",
  async (name) => {
    const { redis, config } = await prepare();
    const service = await services[name](config);
    const url = `http://127.0.0.1:${service.ports.metrics}`;
    await untilReady(url);
    await redis.signal("SIGKILL");
    await until("the outage to be seen", async () => (await fetch(`${url}/readyz`)).status === 503);
    await expect(within(service.closeWithinMs, service.close())).resolves.toBeUndefined();
  },
);
