import type { ParameterizedContext } from "koa";
import { getRawBody } from "raw-body";
import secureJson from "secure-json-parse";
import { createPointer, type FieldError, maxErrors, RequestError } from "./errors.ts";
import { InexactNumber, readNumber } from "./exact-number.ts";
import { assertPlainText, decodeText, refuseType } from "./request-text.ts";

const jsonType = "application/json";
const formType = "application/x-www-form-urlencoded";
/** Of one submission, whether it is alone or a row among others. */
export const jsonBytes = 65_536;
export const formBytes = 8_192;
const jsonDepth = 32;
/** Any number of up to 15 digits without an exponent comes back as it was sent. */
const mayBeInexact = /[\d.]{16}|\de/i;

/**
 * Reads the body as JSON: `application/json`, 64 KB, well-formed UTF-8, 32 levels, numbers that come
 * back as they were sent and no prototype keys. Throws a `RequestError` that says which of these does
 * not hold.
 */
export async function readJson(ctx: ParameterizedContext): Promise<unknown> {
  if (!ctx.is(jsonType)) throw refuseType(`the body must be sent as ${jsonType}`, jsonType);
  return readJsonText(await readText(ctx, jsonType, jsonBytes));
}

/** What a body, or a row of one, says as JSON; throws as `readJson` does. */
export function readJsonText(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, `the body is no usable JSON: ${reasonOf(error)}`);
  }
  assertPlain(value);
  return value;
}

/**
 * Reads the body as a form: `application/x-www-form-urlencoded`, 8 KB, well-formed, each field once.
 * Throws a `RequestError` that says which of these does not hold.
 */
export async function readForm(ctx: ParameterizedContext): Promise<ReadonlyMap<string, string>> {
  if (!ctx.is(formType)) throw refuseType(`the form must be sent as ${formType}`, formType);
  const text = await readText(ctx, formType, formBytes);
  const fields = new Map<string, string>();
  for (const pair of text.split("&").filter((part) => part !== "")) {
    const [name = "", ...rest] = pair.split("=");
    const key = decode(name);
    if (fields.has(key)) throw new RequestError(400, `the form has the field "${key}" twice`);
    fields.set(key, decode(rest.join("=")));
  }
  return fields;
}

async function readText(ctx: ParameterizedContext, type: string, limit: number): Promise<string> {
  assertPlainText(ctx, type);
  let bytes: Buffer;
  try {
    bytes = await getRawBody(ctx.req, { limit, length: ctx.get("content-length") || null });
  } catch (error) {
    // An oversized body is not read to its end, so the connection cannot be used again.
    ctx.set("Connection", "close");
    if (isTooLarge(error)) throw new RequestError(413, `the body must not exceed ${limit} bytes`);
    throw new RequestError(400, `the body could not be read: ${reasonOf(error)}`);
  }
  return decodeText(bytes);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new RequestError(400, `the form holds "${text}", which is not percent-encoded UTF-8`);
  }
}

/**
 * Parses JSON; a number that would not come back as it was sent becomes an `InexactNumber`.
 * Throws a `SyntaxError`, or a `RequestError` where it is nested too deep.
 */
export function parseJson(text: string): unknown {
  const value: unknown = secureJson.parse(text);
  // Before the reviver, for which thousands of levels overflow the stack.
  assertDepth(value, jsonDepth);
  if (!mayBeInexact.test(text)) return value;
  return secureJson.parse(text, keepLiteral as (key: string, value: unknown) => unknown);
}

/** JSON.parse passes on how a primitive was written; the types do not know that yet. */
function keepLiteral(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === "number" && source !== undefined ? readNumber(source) : value;
}

function assertDepth(value: unknown, levels: number): void {
  if (levels < 0) throw new RequestError(400, `the body is nested deeper than ${jsonDepth} levels`);
  if (typeof value !== "object" || value === null) return;
  for (const item of Object.values(value)) assertDepth(item, levels - 1);
}

/** Throws a `RequestError` for a value that Redis would not give back as it is. */
export function assertPlain(value: unknown): void {
  const errors: FieldError[] = [];
  collectInexactNumbers(value, [], errors);
  if (errors.length === 0) return;
  const message = "the body holds a number that would not come back as it was sent";
  throw new RequestError(400, message, { errors });
}

/** One more than is told at most: each repeats the keys that lead to it. */
function collectInexactNumbers(value: unknown, path: readonly string[], found: FieldError[]): void {
  if (typeof value === "string") assertWellFormed(value);
  if (value instanceof InexactNumber) {
    found.push({ pointer: createPointer(path), detail: value.problem });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (found.length > maxErrors) return;
    assertWellFormed(key);
    collectInexactNumbers(item, [...path, key], found);
  }
}

/** A lone surrogate would come back from Redis as U+FFFD: another text than was sent. */
function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new RequestError(400, "the body holds a lone surrogate");
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "type" in error && error.type === "entity.too.large";
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
