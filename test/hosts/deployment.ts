import { until } from "../support/until.ts";
import { type Bed, type BedHost, openBed } from "./bed.ts";
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

/** The hosts of a deployment without monitoring, and those named besides, all booted at once. */
export async function openDeployment<Extra extends BedHost = never>(
  ...extra: readonly Extra[]
): Promise<Deployment & Readonly<Record<Extra, Machine>>> {
  const bed = await openBed();
  const names = ["redis", "producer", "worker", ...extra] as const;
  const machines = await bootAll(bed, names).catch(async (error: unknown) => {
    await bed.close();
    throw error;
  });

  const api = `http://${addresses.producer}/api/v1/jobs`;
  const internet = startStation(bed.lab, "internet");
  const deployment = {
    ...machines,
    bed,
    async submit(input: { x: number; y: number; delayMs?: number }) {
      const body = { task: "quotient", input: { delayMs: 0, ...input } };
      const ask = async () => {
        const answer = await internet.ask("fetch", { url: api, method: "POST", body });
        return answer.status === 202 && String(JSON.parse(answer.body).id);
      };
      return until("the producer to take a division", ask, patienceMs);
    },
    async read(id: string): Promise<Job> {
      const { body } = await internet.ask("fetch", { url: `${api}/${id}` });
      return JSON.parse(body);
    },
    async untilEnded(id: string) {
      const ask = async () => {
        const job = await deployment.read(id);
        return (job.status === "succeeded" || job.status === "failed") && job;
      };
      return until("the division to end", ask, patienceMs);
    },
  };
  return deployment;
}

async function bootAll<Name extends BedHost>(
  bed: Bed,
  names: readonly Name[],
): Promise<Record<Name, Machine>> {
  const booting = names.map(async (name) => {
    const machine = await bed.boot(name);
    await machine.booted();
    return [name, machine] as const;
  });
  return Object.fromEntries(await Promise.all(booting)) as Record<Name, Machine>;
}
