import type { Config } from "../../service/config.ts";
import type { JobIndex } from "./job-index.ts";

/** What the index's thread is told at its start. */
export interface IndexOrders {
  readonly redis: Config["redis"];
  readonly queues: readonly string[];
  /** Jobs in it at most. */
  readonly maxJobs: number;
}

export type IndexCall = keyof JobIndex;

/** What the thread is asked. */
export interface IndexRequest {
  readonly id: number;
  readonly call: IndexCall;
  readonly values: readonly unknown[];
}

/** What the thread says. */
export type IndexMessage =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly level: "info" | "warn"; readonly text: string; readonly fields: object };
