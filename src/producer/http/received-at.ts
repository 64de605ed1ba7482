import { type Context, createContextKey } from "@opentelemetry/api";

const key = createContextKey("when the request came");

/** The context of a request that has come now. */
export function noteReceived(context: Context): Context {
  return context.setValue(key, Date.now());
}

/** Unix time in ms at which the request of this context came; `undefined` of one that is no request's. */
export function receivedAtOf(context: Context): number | undefined {
  const value = context.getValue(key);
  return typeof value === "number" ? value : undefined;
}
