import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { inject, onTestFinished } from "vitest";
import { type Queues, type QueueSpec, queues } from "../../src/contract/queues.ts";
import type { CallbackParts } from "../../src/producer/callbacks/callbacks.ts";
import { openProducer } from "../../src/producer/open-producer.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { type Config, loadConfig } from "../../src/service/config.ts";
import { loadTasks, type Tasks } from "../../src/task/registry.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { openIndexWhenAsked } from "./asked-index.ts";
import { untilReady } from "./client.ts";
import { fixtureTasks } from "./fixture-tasks.ts";
import { anyPorts } from "./ports.ts";
import { asService } from "./redis.ts";
import { createTestTelemetry } from "./telemetry.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

export const boardLogin = { user: "admin", password: "correct horse" };
/** What a browser that has logged in sends along. */
export const boardAuthorization = `Basic ${btoa(`${boardLogin.user}:${boardLogin.password}`)}`;

export interface TestProducer {
  /** Addresses of the three listeners, without a trailing slash. */
  readonly url: string;
  readonly boardUrl: string;
  readonly metricsUrl: string;
  /** Its queue, on a connection of the test's own. */
  readonly queue: Queue;
  /** That connection. */
  readonly redis: Redis;
  /** The queue's name, for a worker to join. */
  readonly name: string;
  readonly tracing: TestTracing;
  /** Stops it before the test is over. */
  readonly close: () => Promise<void>;
}

export interface ProducerOptions {
  readonly redisUrl?: string;
  /** Its queue's name; one of its own if not given. */
  readonly name?: string;
  /** What holds of that queue. */
  readonly spec?: QueueSpec;
  /** Further queues, behind it. */
  readonly further?: Queues;
  readonly tasks?: Tasks;
  readonly limits?: Partial<Config["limits"]>;
  readonly grafanaUrl?: string;
  readonly boardUrl?: string;
  readonly publicUrl?: string;
  readonly readOnly?: boolean;
  /** Of the console's users beside the administrator, and of tokens. */
  readonly usersFile?: string;
  /** What strangers may do; all if not given. */
  readonly publicAccess?: Config["publicAccess"];
  /** Where another producer listens, which it is to follow. */
  readonly sharedPort?: number;
  /** Without it, callbacks are refused. */
  readonly callbacks?: Partial<CallbackParts> & {
    readonly secret: string;
    readonly allowed?: string;
  };
  /** Nothing is logged if not given. */
  readonly log?: Log;
}

/** A producer in this process, on free ports and a queue of its own; it goes with the test. */
export async function startProducer(options: ProducerOptions = {}): Promise<TestProducer> {
  const name = options.name ?? `test-${randomUUID()}`;
  const spec = options.spec ?? queues.default;
  const defaults = loadConfig({});
  const address = { url: options.redisUrl ?? inject("redisUrl"), password: undefined };
  const tracing = createTestTracing();
  const tasks = options.tasks ?? (await loadTasks(fixtureTasks));
  const producer = await openProducer(
    {
      ...defaults,
      redis: { ...address, url: asService("producer", address.url) },
      ports: { ...anyPorts, public: options.sharedPort ?? anyPorts.public },
      sharesPorts: options.sharedPort !== undefined,
      // What the tests' browser takes for a host that is not this one.
      hostNames: ["tripod.test"],
      // Tests submit in bulk, all from one address.
      limits: {
        ...defaults.limits,
        ratePerMinute: 1_000_000,
        readsPerMinute: 1_000_000,
        unfinishedPerClient: 0,
        ...options.limits,
      },
      board: { ...boardLogin, readOnly: options.readOnly ?? true, usersFile: options.usersFile },
      publicAccess: options.publicAccess ?? defaults.publicAccess,
      callbacks: {
        secret: { password: options.callbacks?.secret },
        allowed: options.callbacks?.allowed ?? "",
      },
      grafanaUrl: options.grafanaUrl,
      boardUrl: options.boardUrl,
      publicUrl: options.publicUrl,
    },
    {
      queues: { [name]: spec, ...options.further },
      tasks,
      openIndex: openIndexWhenAsked,
      ...(options.callbacks && { callbacks: options.callbacks }),
      telemetry: createTestTelemetry("producer", tasks, { queue: name, tracing, log: options.log }),
    },
  );
  const redis = openRedis(address, "background");
  redis.on("error", () => undefined);
  const close = async () => {
    await producer.close();
    redis.disconnect();
  };
  onTestFinished(close);
  const [url, boardUrl, metricsUrl] = [
    `http://127.0.0.1:${producer.ports.public}`,
    `http://127.0.0.1:${producer.ports.board}`,
    `http://127.0.0.1:${producer.ports.metrics}`,
  ];
  await untilReady(url);
  const queue = createQueue(redis, name, spec);
  return { url, boardUrl, metricsUrl, queue, redis, name, tracing, close };
}
