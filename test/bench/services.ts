import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { untilReady } from "../support/client.ts";
import { reservePort } from "../support/ports.ts";
import { programEnvironment } from "../support/program-environment.ts";

export const thisCheckout = join(import.meta.dirname, "../..");

/** A process of one of our services, which is ready. */
export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

/** Its console lets the operator act. */
export interface Producer extends Service {
  readonly boardUrl: string;
  /** Says that it is the operator who asks. */
  readonly authorization: string;
}

/** A producer of a checkout, with limits that no benchmark reaches. */
export async function startProducer(redisUrl: string, tree = thisCheckout): Promise<Producer> {
  const [port, boardPort] = [await reservePort(), await reservePort()];
  const service = await start("producer", tree, port, {
    REDIS_URL: redisUrl,
    PUBLIC_PORT: String(port),
    BOARD_PORT: String(boardPort),
    BOARD_READ_ONLY: "false",
    PRODUCER_METRICS_PORT: String(await reservePort()),
    BOARD_PASSWORD: "correct horse",
    RATE_LIMIT_PER_MINUTE: "1000000",
    READ_LIMIT_PER_MINUTE: "1000000",
    // Counted, but never reached.
    MAX_UNFINISHED_PER_CLIENT: "10000",
  });
  return {
    ...service,
    boardUrl: `http://127.0.0.1:${boardPort}`,
    authorization: `Basic ${btoa("admin:correct horse")}`,
  };
}

/** A worker of this checkout, with its defaults. */
export async function startWorker(redisUrl: string): Promise<Service> {
  const port = await reservePort();
  return start("worker", thisCheckout, port, {
    REDIS_URL: redisUrl,
    WORKER_METRICS_PORT: String(port),
  });
}

async function start(
  name: "producer" | "worker",
  tree: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Service> {
  const child = spawn(process.execPath, [`src/${name}/main.ts`], {
    cwd: tree,
    env: { ...programEnvironment, LISTEN_ADDRESS: "127.0.0.1", LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    const exit = once(child, "exit");
    if (child.kill("SIGTERM")) await exit;
  };
  try {
    await untilReady(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
