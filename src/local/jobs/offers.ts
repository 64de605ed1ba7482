import { type OfferedTask, readOfferedTasks } from "../../../infra/smoke/offered-tasks.ts";
import { reasonOf } from "../../client/request.ts";
import { paths } from "../../contract/paths.ts";
import { UsageError } from "./exit-codes.ts";
import { describeFields } from "./input-schema.ts";

/** It is written once, and is some ten kilobytes. */
const requestMs = 10_000;

/** The server cannot be asked which tasks it has. */
export class UnreadOffersError extends Error {
  override readonly name = "UnreadOffersError";
}

/** The tasks of the server at the address, as its own OpenAPI document tells. */
export async function readOffers(url: string, signal: AbortSignal): Promise<OfferedTask[]> {
  const address = `${url}${paths.openapi}`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
  try {
    const response = await fetch(address, { signal: limit });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return readOfferedTasks(await response.json());
  } catch (error) {
    signal.throwIfAborted();
    throw new UnreadOffersError(`"${address}" tells no tasks: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Throws a `UsageError` where there is none of the name. */
export function pickOffer(offers: readonly OfferedTask[], name: string): OfferedTask {
  const found = offers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = offers.map((one) => one.name).join(", ");
  throw new UsageError(`there is no task "${name}", expected one of: ${known}`);
}

/** What a task takes, in lines. */
export function describeOffer({ name, schema }: OfferedTask): string {
  return [`${name} takes:`, ...describeFields(schema)].join("\n");
}
