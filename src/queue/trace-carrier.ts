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
    // Every attempt reads it, so what is as it was written is not copied.
    return isCarrier(carrier)
      ? carrier
      : Object.fromEntries(Object.entries(carrier).filter(isText));
  } catch {
    return {};
  }
}

function isCarrier(value: object): value is TraceCarrier {
  return Object.values(value).every((text) => typeof text === "string");
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}
