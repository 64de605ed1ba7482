import { z } from "zod";

/** What a schema makes of a value. */
export type Applied<Value> =
  | { readonly kind: "taken"; readonly value: Value }
  | { readonly kind: "refused"; readonly error: z.ZodError }
  /** The schema itself is at fault. */
  | { readonly kind: "broken"; readonly problem: string };

export type Params = z.core.ParseContext<z.core.$ZodIssue>;

/**
 * Applies a schema as producer and worker do, one to what the other has made of the value and Redis
 * gives back: it must answer at once, throw nothing, and take what it returns as it is.
 */
export function applyTwice<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  params?: Params,
): Applied<z.output<Schema>> {
  try {
    const first = z.safeParse(schema, value, params);
    if (!first.success) return { kind: "refused", error: first.error };
    const stored = storeValue(first.data);
    const kept = stored === undefined ? undefined : JSON.parse(stored);
    const second = z.safeParse(schema, kept);
    if (!second.success) {
      const [issue] = second.error.issues;
      return { kind: "broken", problem: `does not take what it returns: ${issue?.message}` };
    }
    return storeValue(second.data) === stored
      ? { kind: "taken", value: kept }
      : { kind: "broken", problem: "changes what it has returned when it is applied again" };
  } catch (error) {
    if (error instanceof z.core.$ZodAsyncError) {
      return { kind: "broken", problem: "has a check that returns a promise" };
    }
    return { kind: "broken", problem: `throws ${JSON.stringify(String(error))}` };
  }
}

/** As Redis keeps it: -0 is 0 there, and a key without a value is no key. */
function storeValue(value: unknown): string | undefined {
  return JSON.stringify(value);
}
