import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../src/contract/paths.ts";
import { endpoints } from "../../src/contract/topology.ts";
import { type OfferedTask, readOfferedTasks } from "./offered-tasks.ts";

/** A deployment as somebody sees who knows its address. */
export interface Deployment {
  readonly host: string;
  readonly port: number;
  /** Rejects if nobody knows the name. */
  findAddress(): Promise<string>;
  /** `silent`: no answer of any kind within two seconds. */
  knock(host: string, port: number): Promise<"open" | "refused" | "silent">;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Why the producer is not ready; rejects where its metrics port does not answer. */
  readReasons(): Promise<string>;
  /** What can be submitted; rejects if that cannot be read. */
  readTasks(): Promise<OfferedTask[]>;
  /** Submits a job and follows it until it ends or nobody takes it. */
  run(task: string, input: object): Promise<Job>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Job {
  /** None where it was not taken. */
  readonly id?: string;
  readonly status: string;
  readonly result?: unknown;
  readonly error_type?: string;
  readonly waiting?: { readonly reason: string; readonly ahead?: number };
  /** HTTP status and text of a submission that was not taken. */
  readonly refusal?: string;
}

const answerMs = 5_000;
const jobMs = 30_000;
/** A worker that reconnects is away for a moment; one that is away longer is missing. */
const absenceMs = 5_000;

export function createDeployment(url: URL): Deployment {
  const host = url.hostname;
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(new URL(path, url), {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(answerMs),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  return {
    host,
    port: Number(url.port) || 80,
    findAddress: async () => (await lookup(host)).address,
    knock,
    get: (path, headers = {}) => request(path, { headers }),
    async readReasons() {
      const place = `http://${host}:${endpoints["producer-metrics"].port}${paths.readiness}`;
      return (await fetch(place, { signal: AbortSignal.timeout(answerMs) })).text();
    },
    readTasks: async () => readOfferedTasks(JSON.parse((await request(paths.openapi)).text)),
    async run(task, input) {
      const taken = await request(paths.api, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ task, input }),
      });
      if (taken.status !== 202) {
        return { status: "refused", refusal: `HTTP ${taken.status}: ${taken.text}` };
      }
      const { id }: { id: string } = JSON.parse(taken.text);
      const startedAt = performance.now();
      let aloneSince = Infinity;
      for (;;) {
        const job: Job = JSON.parse((await request(`${paths.api}/${id}`)).text);
        const now = performance.now();
        aloneSince = job.waiting?.reason === "no_workers" ? Math.min(aloneSince, now) : Infinity;
        const hasEnded = job.status === "succeeded" || job.status === "failed";
        if (hasEnded || now - aloneSince > absenceMs || now - startedAt > jobMs) return job;
        await sleep(200);
      }
    },
  };
}

function knock(host: string, port: number): Promise<"open" | "refused" | "silent"> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const finish = (answer: "open" | "refused" | "silent") => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish("open"));
    socket.once("timeout", () => finish("silent"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      finish(code === "ECONNREFUSED" ? "refused" : "silent"),
    );
  });
}
