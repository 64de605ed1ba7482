import { parseTime } from "./stored-time.ts";

/** An operator has a worker take no more jobs until it is released. */
export interface DrainOrder {
  /** Who did that. */
  readonly by: string;
  /** Unix time in ms, by Redis; `undefined` where somebody has damaged it. */
  readonly at: number | undefined;
}

/** From the fields `drain_at` and `drain_by` of a worker's hash. */
export function readOrder([at, by]: readonly [at: string | null, by: string | null]):
  | DrainOrder
  | undefined {
  if (at === null) return undefined;
  return { by: by ?? "", at: parseTime(at) };
}
