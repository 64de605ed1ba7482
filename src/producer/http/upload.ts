import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import type { ParameterizedContext } from "koa";
import { bodyTime, lateBody } from "../../service/body-time.ts";
import { reasonOf } from "./body.ts";
import { RequestError } from "./errors.ts";
import { assertPlainText, refuseType } from "./request-text.ts";

const uploadType = "multipart/form-data";

/** Names and boundaries around the file. */
const aroundBytes = 8_192;

export interface UploadLimits {
  /** The name of the form's field with the file; further fields are not read. */
  readonly field: string;
  readonly maxBytes: number;
}

/** Reads a file as it comes; `name` is what the sender calls it. */
type ReadFile<T> = (bytes: AsyncIterable<Uint8Array>, name: string) => Promise<T>;

/**
 * Has the one file of a form read while it comes, no faster than it is read, and nothing of it kept.
 * What `read` throws is thrown once the body has come to its end, so that the sender sees the answer.
 * Throws a `RequestError` for a body that is no such form, too large or too slow, or has
 * no file, or several.
 */
export async function readUpload<T>(
  ctx: ParameterizedContext,
  limits: UploadLimits,
  read: ReadFile<T>,
): Promise<T> {
  const type = ctx.get("content-type");
  if (!ctx.is(uploadType)) throw refuseType(`the form must be sent as ${uploadType}`, uploadType);
  assertPlainText(ctx, uploadType);
  if (Number(ctx.get("content-length")) > limits.maxBytes + aroundBytes) {
    throw refuseSize(ctx, limits);
  }
  const form = openForm(type, limits);
  const over = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    form.on("error", reject);
    // To find the ends of thousands of parts takes seconds.
    form.once("partsLimit", () => {
      over.abort();
      reject(new RequestError(422, "the form has too many parts, expected one file"));
    });
    ctx.req.once(lateBody, () => reject(refuseLate()));
  });
  failed.catch(() => undefined);
  let reading: Promise<T> | undefined;
  let file: (Readable & { readonly truncated?: boolean }) | undefined;
  const bytes = new PassThrough();
  // Whoever reads it is told; nobody may, any more.
  bytes.on("error", () => undefined);
  let isAlone = true;
  form.once("filesLimit", () => (isAlone = false));
  form.on("file", (field, stream, name) => {
    if (field !== limits.field || reading !== undefined) {
      stream.resume();
      return;
    }
    file = stream;
    stream.on("error", (error) => bytes.destroy(error));
    stream.pipe(bytes);
    reading = read(bytes, name ?? "");
    // What is not read any more is read past.
    reading.catch(() => {
      stream.unpipe(bytes);
      bytes.destroy();
      stream.resume();
    });
  });
  try {
    const ended = once(form, "finish");
    ended.catch(() => undefined);
    await Promise.race([failed, feed(ctx, form, { ...limits, signal: over.signal })]);
    form.end();
    await Promise.race([failed, ended]);
  } catch (error) {
    const told = error instanceof RequestError ? error : refuseForm(error);
    // The rest is not read, so the connection cannot be used again; one whose body is late is cut
    // later, by which time the answer has come there.
    if (told.status !== late) ctx.set("Connection", "close");
    over.abort();
    bytes.destroy(told);
    await reading?.catch(() => undefined);
    throw told;
  }
  if (reading === undefined) throw new RequestError(422, "the form has no file, choose one first");
  // Of one that is too large, only as much was read as may be.
  const told = file?.truncated === true ? refuseSize(ctx, limits) : undefined;
  if (told === undefined && isAlone) return reading;
  await reading.catch(() => undefined);
  throw told ?? new RequestError(422, "the form has several files, expected one");
}

function openForm(type: string, { maxBytes }: UploadLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": type },
      limits: { fields: 0, files: 1, parts: 2, headerPairs: 20, fileSize: maxBytes },
    });
  } catch (error) {
    throw new RequestError(400, `the form cannot be read: ${reasonOf(error)}`);
  }
}

/** Read in one go, in which nothing stops the parts that are in it: each takes a kilobyte or two of memory. */
const stepBytes = 4_096;

async function feed(
  ctx: ParameterizedContext,
  form: BusboyInstance,
  limits: UploadLimits & { readonly signal: AbortSignal },
): Promise<void> {
  let left = limits.maxBytes + aroundBytes;
  // A request that is left alone still gets its answer; destroyed, it would take its connection along.
  for await (const part of ctx.req.iterator({ destroyOnReturn: false })) {
    const bytes = part as Buffer;
    if (limits.signal.aborted) return;
    left -= bytes.length;
    if (left < 0) throw refuseSize(ctx, limits);
    for (let at = 0; at < bytes.length; at += stepBytes) {
      if (limits.signal.aborted) return;
      if (!form.write(bytes.subarray(at, at + stepBytes))) await once(form, "drain");
    }
  }
}

const late = 408;

function refuseLate(): RequestError {
  const { bytesPerSecond, firstMs } = bodyTime;
  return new RequestError(
    late,
    `the file came too slowly, expected ${bytesPerSecond / 1_024} KB a second after the first ` +
      `${firstMs / 1_000} s: send a smaller one`,
  );
}

function refuseForm(error: unknown): RequestError {
  return new RequestError(400, `the form could not be read: ${reasonOf(error)}`);
}

/** It is not read to its end, so the connection cannot be used again. */
function refuseSize(ctx: ParameterizedContext, { maxBytes }: UploadLimits): RequestError {
  ctx.set("Connection", "close");
  return new RequestError(413, `the file must not exceed ${maxBytes} bytes`);
}
