import { createHmac, createSecretKey, type KeyObject, randomFillSync } from "node:crypto";

/** What an Idempotency-Key may be: 1 to 128 printable ASCII characters without spaces. */
export const keyPattern = /^[\x21-\x7e]{1,128}$/;

/** What a job's id is. */
export const idPattern = /^[a-h][a-z2-7]{25}$/;
const idBytes = 16;
/** RFC 4648's, in lower case. Written from its high end, 128 bits begin with one of a to h. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** To ask the system for each id's bytes alone takes longer than all else of an id. */
const pool = { bytes: new Uint8Array(256 * idBytes), used: 256 * idBytes };

/** The id of a job that nobody has named: 128 random bits in 26 characters. */
export function createRandomId(): string {
  if (pool.used === pool.bytes.length) {
    randomFillSync(pool.bytes);
    pool.used = 0;
  }
  pool.used += idBytes;
  return encode(pool.bytes.subarray(pool.used - idBytes, pool.used));
}

/**
 * The id of the job that a client has given a key: always the same, so that adding it again is
 * harmless. A raw key such as `completed` would overwrite the queue's own key of that name, and a
 * hash without the deployment's secret would let anybody who guesses a key read the job. What is
 * submitted under a name has keys of its own; those of strangers, who have none, are all in one space.
 */
export function createKeyedId(
  secret: Uint8Array,
  { task, idempotencyKey, submitter }: JobKey,
): string {
  // No key has a line break, so that none says a name as well.
  const parts = [task, idempotencyKey, ...(submitter === undefined ? [] : [submitter])];
  const digest = createHmac("sha256", keyOf(secret)).update(parts.join("\n")).digest();
  return encode(digest.subarray(0, idBytes));
}

/** What a client calls a job. */
export interface JobKey {
  readonly task: string;
  readonly idempotencyKey: string;
  /** What the file of users calls the client; `undefined` for a stranger. */
  readonly submitter?: string | undefined;
}

/** Made once of each secret: anew, it takes four times as long as all else of an id. */
const keys = new WeakMap<Uint8Array, KeyObject>();

function keyOf(secret: Uint8Array): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return key;
}

/** Whether this could be a job's id; anything else never reaches Redis. */
export function isJobId(text: string): boolean {
  return idPattern.test(text);
}

/** A job with the name of one of the queue's own keys would overwrite that key, and with it the queue. */
export function looksLikeKey(id: string | undefined): boolean {
  return id !== undefined && /^[a-z:-]+$/.test(id) && !isJobId(id);
}

/** 128 bits after two zero bits are 26 digits of five bits each. */
function encode(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 2;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet.charAt((held >> (bits - 5)) & 31);
    held &= 31;
  }
  return text;
}
