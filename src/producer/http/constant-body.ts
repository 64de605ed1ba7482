import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { ParameterizedContext } from "koa";

/** A body that is the same for everybody, for as long as this process lives. */
export interface ConstantBody {
  /** Answers with it, in the best coding that the client takes, or with 304 if the client has it. */
  send(ctx: ParameterizedContext): Promise<void>;
}

/** The best first. A browser takes brotli over TLS alone. */
const codings = [
  {
    name: "br",
    compress: (body: Buffer) =>
      promisify(brotliCompress)(body, {
        params: {
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
        },
      }),
  },
  { name: "gzip", compress: (body: Buffer) => promisify(gzip)(body, { level: 9 }) },
] as const;

/**
 * `type` is what Koa takes: a media type, or a file's extension. It is compressed once, when first
 * asked for. Only what is constant is compressed at all: the length of an answer with a secret and
 * a stranger's words in it would tell the secret letter by letter (BREACH).
 */
export function createConstantBody(type: string, content: string | Buffer): ConstantBody {
  const body = Buffer.from(content);
  const etag = createHash("sha256").update(body).digest("base64url");
  const compressed = new Map<string, Promise<Buffer>>();
  const encode = (coding: (typeof codings)[number]) => {
    const encoded = compressed.get(coding.name) ?? coding.compress(body);
    compressed.set(coding.name, encoded);
    return encoded;
  };
  return {
    async send(ctx) {
      ctx.vary("Accept-Encoding");
      ctx.type = type;
      // Asked one by one: among codings that a client likes the same, its order is none of ours.
      const coding = codings.find(({ name }) => ctx.acceptsEncodings(name) === name);
      const encoded = coding === undefined ? body : await encode(coding);
      if (coding !== undefined && encoded.length < body.length) {
        ctx.set("Content-Encoding", coding.name);
        ctx.etag = `${etag}-${coding.name}`;
        ctx.body = encoded;
      } else {
        ctx.etag = etag;
        ctx.body = body;
      }
      if (ctx.fresh) ctx.status = 304;
    },
  };
}
