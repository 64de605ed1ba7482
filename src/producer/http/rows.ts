import type { ParameterizedContext } from "koa";
import { createArraySplitter } from "./array-splitter.ts";
import { reasonOf } from "./body.ts";
import { RequestError } from "./errors.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { assertPlainText, refuseType } from "./request-text.ts";
import type { RowBytes, RowLimits } from "./row-bytes.ts";

/** What a body of rows may be sent as, and how its rows are found. */
const splitters = {
  "application/x-ndjson": createLineSplitter,
  "application/json": createArraySplitter,
} as const;

const rowTypes = Object.keys(splitters) as (keyof typeof splitters)[];

export interface RowsLimits extends RowLimits {
  readonly maxBodyBytes: number;
}

/**
 * The rows of the request's body as they come: lines of `application/x-ndjson`, or the values of an
 * array in `application/json`. No more is read than is asked for. Throws a `RequestError`, at once
 * for what is told before the body, such as another type, and otherwise after the rows before it.
 */
export function readRows(
  ctx: ParameterizedContext,
  limits: RowsLimits,
): AsyncGenerator<RowBytes, void> {
  const type = rowTypes.find((known) => typeof ctx.is(known) === "string");
  if (type === undefined) {
    throw refuseType(`the body must be sent as ${rowTypes.join(" or ")}`, rowTypes.join(", "));
  }
  assertPlainText(ctx, type);
  if (Number(ctx.get("content-length")) > limits.maxBodyBytes) {
    ctx.set("Connection", "close");
    throw refuseSize(limits);
  }
  return splitBody(ctx, limits, splitters[type]);
}

async function* splitBody(
  ctx: ParameterizedContext,
  limits: RowsLimits,
  createSplitter: (typeof splitters)[keyof typeof splitters],
): AsyncGenerator<RowBytes, void> {
  const splitter = createSplitter(limits);
  let left = limits.maxBodyBytes;
  let refusal: unknown;
  for await (const part of partsOf(ctx)) {
    left -= part.length;
    if (left < 0) {
      // It is not read to its end, so the connection cannot be used again.
      ctx.set("Connection", "close");
      throw refusal ?? refuseSize(limits);
    }
    if (refusal !== undefined) continue;
    try {
      yield* splitter.push(part);
    } catch (error) {
      // Read on: a client that still sends would not see an answer on a connection that is cut.
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
  yield* splitter.end();
}

async function* partsOf({ req }: ParameterizedContext): AsyncGenerator<Buffer, void> {
  try {
    // A request that is left alone still gets its answer; destroyed, it would take its connection along.
    yield* req.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw new RequestError(400, `the body could not be read: ${reasonOf(error)}`);
  }
}

function refuseSize({ maxBodyBytes }: RowsLimits): RequestError {
  return new RequestError(413, `the body must not exceed ${maxBodyBytes} bytes`);
}
