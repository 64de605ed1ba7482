import { createHmac, randomBytes } from "node:crypto";

/** What an Idempotency-Key may be: 1 to 128 printable ASCII characters without spaces. */
export const keyPattern = /^[\x21-\x7e]{1,128}$/;

const idPattern = /^[a-h][a-z2-7]{25}$/;
const idBytes = 16;
/** RFC 4648's, in lower case. Written from its high end, 128 bits begin with one of a to h. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The id of a job that nobody has named: 128 random bits in 26 characters. */
export function createRandomId(): string {
  return encode(randomBytes(idBytes));
}

/**
 * The id of the job that a client has given a key: always the same, so that adding it again is
 * harmless. A raw key such as `completed` would overwrite the queue's own key of that name, and a
 * hash without the deployment's secret would let anybody who guesses a key read the job.
 */
export function createKeyedId(secret: Uint8Array, task: string, idempotencyKey: string): string {
  const digest = createHmac("sha256", secret).update(`${task}\n${idempotencyKey}`).digest();
  return encode(digest.subarray(0, idBytes));
}

/** Whether this could be a job's id; anything else never reaches Redis. */
export function isJobId(text: string): boolean {
  return idPattern.test(text);
}

/** A job with the name of one of the queue's own keys would overwrite that key, and with it the queue. */
export function looksLikeKey(id: string | undefined): boolean {
  return id !== undefined && /^[a-z:-]+$/.test(id) && !isJobId(id);
}

function encode(bytes: Uint8Array): string {
  const digits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`).toString(32);
  return digits.padStart(26, "0").replace(/./g, (digit) => alphabet.charAt(parseInt(digit, 32)));
}
