import type { JobsOptions } from "bullmq";

/** Trace context as W3C headers, as a job carries it from its sender to its attempts. */
export type TraceCarrier = Readonly<Record<string, string>>;

/** The job options that hold a carrier, where BullMQ's own telemetry would have it. */
export function carryTrace(carrier: TraceCarrier): Pick<JobsOptions, "telemetry"> {
  return { telemetry: { metadata: JSON.stringify(carrier), omitContext: true } };
}

/** Reads what `carryTrace` wrote into a job; `{}` if it is anything else. */
export function readTrace({ opts }: { readonly opts: JobsOptions }): TraceCarrier {
  try {
    const carrier: unknown = JSON.parse(opts.telemetry?.metadata ?? "{}");
    if (typeof carrier !== "object" || carrier === null) return {};
    return Object.fromEntries(
      Object.entries(carrier).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      ),
    );
  } catch {
    return {};
  }
}
