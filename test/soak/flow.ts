import { setTimeout as sleep } from "node:timers/promises";
import { submitUntilTaken } from "../support/honest-client.ts";
import { until } from "../support/until.ts";
import type { OpenJobs } from "./open-jobs.ts";

/** More requests than this at once would measure the submitter. */
const mostAtOnce = 256;
const tickMs = 20;

export interface Flow {
  /** 503s and broken connections, each followed by a retry. */
  readonly refusals: number;
  /** Resolves when the last request is answered; throws what no retry could mend. */
  stop(): Promise<void>;
}

/** Submits divisions at a steady rate, one in ten of them by zero, each until it is taken. */
export function startFlow(url: string, perSecond: number, taken: (id: string) => void): Flow {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let [sent, refusals] = [0, 0];
  const refused = () => {
    refusals += 1;
  };
  const send = async (number: number) => {
    const input = { x: number, y: number % 10 === 0 ? 0 : 1, delayMs: 0 };
    taken(await submitUntilTaken(url, { task: "quotient", input }, refused));
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    while (sent < due && underWay.size < mostAtOnce) {
      sent += 1;
      const sending = send(sent)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  }, tickMs);
  return {
    get refusals() {
      return refusals;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      if (failures.length > 0) throw new AggregateError(failures, "some jobs were not taken");
    },
  };
}

const measuredS = 10;

/** Jobs a second that are taken, or that end, whichever is less, when more are sent than either. */
export async function measureMost(url: string, jobs: OpenJobs): Promise<number> {
  const flow = startFlow(url, Infinity, jobs.add);
  await sleep(measuredS * 1_000);
  const ended = jobs.acknowledged - jobs.ids.size;
  await flow.stop();
  await until("the measured jobs to end", () => jobs.ids.size === 0, 60_000);
  return ended / measuredS;
}
