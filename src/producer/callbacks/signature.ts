import { createHmac } from "node:crypto";

/** Bytes of a secret, as Standard Webhooks demands. */
const secretBytes = { min: 24, max: 64 };

/** The keys that requests are signed with: each by all of them. */
export type SigningKeys = readonly Buffer[];

/**
 * Reads one or two secrets, with spaces or ends of lines between them: Base64, with or without
 * `whsec_` before it. Throws an error that says what was expected.
 */
export function readSigningKeys(text: string): SigningKeys {
  const secrets = text.split(/\s+/).filter((secret) => secret !== "");
  if (secrets.length < 1 || secrets.length > 2) {
    throw new Error(`got ${secrets.length} secrets, expected one, or two while it is replaced`);
  }
  return secrets.map((secret) => {
    const base64 = secret.replace(/^whsec_/, "");
    const key = Buffer.from(base64, "base64");
    const { min, max } = secretBytes;
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || key.length < min || key.length > max) {
      throw new Error(`expected a secret of ${min} to ${max} bytes in Base64`);
    }
    return key;
  });
}

/** The headers of a request with this body that say who sends it, and when, as Standard Webhooks has them. */
export function signRequest(
  keys: SigningKeys,
  { id, body, atMs }: { readonly id: string; readonly body: string; readonly atMs: number },
): Readonly<Record<`webhook-${string}`, string>> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
