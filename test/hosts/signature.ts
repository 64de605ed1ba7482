import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Key pairs of the roles, by access key. */
export type Keys = ReadonlyMap<string, string>;

const credential =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)\/(?<date>\d{8})\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** The access key that signed the request after AWS's Signature Version 4, or `undefined`. */
export function verifySignature(
  request: IncomingMessage,
  body: Buffer,
  keys: Keys,
): string | undefined {
  const parts = credential.exec(request.headers.authorization ?? "")?.groups;
  if (parts === undefined) return undefined;
  const { key = "", date = "", region = "", service = "", headers = "", signature } = parts;
  const secret = keys.get(key);
  if (secret === undefined) return undefined;

  const url = new URL(request.url ?? "/", "http://aws");
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join("&");
  const header = (name: string) => `${name}:${String(request.headers[name]).trim()}`;
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...headers.split(";").map(header),
    "",
    headers,
    request.headers["x-amz-content-sha256"] ?? sha256(body),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)];
  const signingKey = [date, region, service, "aws4_request"].reduce<Buffer | string>(
    (previous, part) => hmac(previous, part),
    `AWS4${secret}`,
  );
  return hmac(signingKey, text.join("\n")).toString("hex") === signature ? key : undefined;
}

function sha256(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
