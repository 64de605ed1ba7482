import { createHash, randomBytes } from "node:crypto";

/** Says to people, and to what looks for secrets in files, what it is. */
const prefix = "tripod_";
/** 192 bits: nobody finds one by trying, so that its hash need not cost as much as a password's. */
const randomLength = 24;

/** What a token's hash looks like in the file of users. */
export const tokenHashPattern = /^[0-9a-f]{64}$/;

/** A new token, which nobody has seen. */
export function createToken(): string {
  return `${prefix}${randomBytes(randomLength).toString("hex")}`;
}

/** What the file of users holds of a token: its SHA-256 in hexadecimal digits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
