import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** 32 MB and about 60 ms of a processor for each guess, also for whoever has stolen the hash. */
const cost = "ln=15,r=8,p=1";
const saltBytes = 16;
const hashBytes = 32;
/** What the costliest parameters that a hash may have take. */
const maxBytes = 2 ** 27;

/** A password's hash, as the file of users holds it. */
export const hashPattern =
  /^\$scrypt\$ln=(1[4-6]),r=8,p=([1-9])\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** Costs as much to compare with as any, and no password has it. */
export const nobodysHash = `$scrypt$${cost}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** The hash of a password, each time with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = withoutPadding(randomBytes(saltBytes));
  const head = `$scrypt$${cost}$${salt}`;
  const hash = await deriveLike(`${head}$${"A".repeat(43)}`, password);
  return `${head}$${withoutPadding(hash)}`;
}

/** Whether the password has this hash. Throws an error for what is no hash. */
export async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  const given = await deriveLike(hash, password);
  return timingSafeEqual(given, Buffer.from(hash.slice(hash.lastIndexOf("$") + 1), "base64"));
}

async function deriveLike(hash: string, password: string): Promise<Buffer> {
  const [, ln, p, salt] = hashPattern.exec(hash) ?? [];
  if (salt === undefined) throw new Error("expected a hash of scrypt");
  // Keyboards compose the same letter in different ways.
  return derive(password.normalize("NFC"), Buffer.from(salt, "base64"), hashBytes, {
    N: 2 ** Number(ln),
    r: 8,
    p: Number(p),
    maxmem: maxBytes,
  });
}

function withoutPadding(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
