import { until } from "../support/until.ts";
import { type Bed, openBed } from "./bed.ts";
import type { Machine } from "./machine.ts";
import { addresses } from "./network.ts";
import { startStation } from "./station.ts";

export interface Deployment {
  readonly bed: Bed;
  readonly redis: Machine;
  readonly producer: Machine;
  readonly worker: Machine;
  /** Submits a division from the internet as soon as the producer takes one, and returns its id. */
  readonly submit: (input: { x: number; y: number; delayMs?: number }) => Promise<string>;
  /** The job as the internet sees it. */
  readonly read: (id: string) => Promise<Job>;
  readonly untilEnded: (id: string) => Promise<Job>;
}

export interface Job {
  readonly status: string;
  readonly result?: unknown;
  readonly error_type?: string;
}

/** Other tests use the same processors, so a host may take its time. */
const patienceMs = 40_000;

/** Three hosts that have finished their first boot. */
export async function openDeployment(): Promise<Deployment> {
  const bed = await openBed();
  const { redis, producer, worker } = await bootAll(bed).catch(async (error: unknown) => {
    await bed.close();
    throw error;
  });

  const api = `http://${addresses.producer}/api/v1/jobs`;
  const internet = startStation(bed.lab, "internet");
  const deployment: Deployment = {
    bed,
    redis,
    producer,
    worker,
    async submit(input) {
      const body = { task: "divide", input: { delayMs: 0, ...input } };
      const ask = async () => {
        const answer = await internet.ask("fetch", { url: api, method: "POST", body });
        return answer.status === 202 && String(JSON.parse(answer.body).id);
      };
      return until("the producer to take a division", ask, patienceMs);
    },
    async read(id) {
      const { body } = await internet.ask("fetch", { url: `${api}/${id}` });
      return JSON.parse(body);
    },
    async untilEnded(id) {
      const ask = async () => {
        const job = await deployment.read(id);
        return (job.status === "succeeded" || job.status === "failed") && job;
      };
      return until("the division to end", ask, patienceMs);
    },
  };
  return deployment;
}

async function bootAll(bed: Bed): Promise<Pick<Deployment, "redis" | "producer" | "worker">> {
  const [redis, producer, worker] = await Promise.all([
    bed.boot("redis"),
    bed.boot("producer"),
    bed.boot("worker"),
  ]);
  await Promise.all([redis.booted(), producer.booted(), worker.booted()]);
  return { redis, producer, worker };
}
