import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Role, roles, type TokenRole, tokenRoles } from "../../contract/roles.ts";
import { userNamePattern } from "../../contract/user-names.ts";
import { tokenHashPattern } from "../access/token.ts";
import { hashPattern } from "./password-hash.ts";

/** One of those beside the administrator. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /** Of the password. */
  readonly hash: string;
}

/** A program that sends a token. */
export interface TokenHolder {
  readonly name: string;
  readonly role: TokenRole;
  /** Of the token. */
  readonly hash: string;
}

/** What a file of users says, and what is wrong with it: a line that is wrong lets nobody in. */
export interface UsersFile {
  readonly users: readonly User[];
  readonly tokens: readonly TokenHolder[];
  readonly problems: readonly string[];
}

/** What a user or a token may be called. */
export const userName = z
  .string()
  .regex(
    userNamePattern,
    "the name must be 1 to 64 letters, digits and . _ @ -, the first a letter or a digit",
  );

const userSchema = z.strictObject({
  name: userName,
  role: z.enum(roles, { error: `the role must be one of: ${roles.join(", ")}` }),
  hash: z.string().regex(hashPattern, "the hash must be one of scrypt, as npm run user writes it"),
});
const tokenSchema = z.strictObject({
  name: userName,
  role: z.enum(tokenRoles, {
    error: `the role of a token must be one of: ${tokenRoles.join(", ")}`,
  }),
  hash: z
    .string()
    .regex(tokenHashPattern, "the hash of a token must be 64 digits, as npm run user writes it"),
});

/**
 * Reads `name:role:hash` from each line but empty ones and those that begin with #. A token's line
 * has a token's role, or a token's hash; all others are users'. Nobody but the administrator has that
 * name, if it is given.
 */
export function parseUsers(text: string, administrator?: string): UsersFile {
  const names = new Set<string>();
  const users: User[] = [];
  const tokens: TokenHolder[] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name, role = "", ...rest] = line.trimEnd().split(":");
    const fields = { name, role, hash: rest.join(":") };
    const take = isToken(fields)
      ? read(tokenSchema, fields, (token) => tokens.push(token))
      : read(userSchema, fields, (user) => users.push(user));
    const wrong = [...take.problems];
    if (wrong.length === 0 && names.has(fields.name ?? "")) {
      wrong.push(`the name "${name}" is there twice`);
    }
    if (name === administrator) {
      wrong.push(`the name "${name}" is the administrator's, expected another one`);
    }
    problems.push(...wrong.map((problem) => `line ${index + 1}: ${problem}`));
    if (wrong.length > 0) continue;
    names.add(fields.name ?? "");
    take.add();
  }
  return { users, tokens, problems };
}

function isToken({ role, hash }: { readonly role: string; readonly hash: string }): boolean {
  return tokenRoles.some((one) => one === role) || tokenHashPattern.test(hash);
}

function read<T>(schema: z.ZodType<T>, fields: object, add: (line: T) => void) {
  const parsed = schema.safeParse(fields);
  return parsed.success
    ? { problems: [], add: () => add(parsed.data) }
    : { problems: parsed.error.issues.map(({ message }) => message), add: () => undefined };
}

/** Reads the file; one that is not there has nobody. Throws an error that says why it cannot be read. */
export function loadUsers(path: string, administrator?: string): UsersFile {
  return parseUsers(readText(path), administrator);
}

/** What the file holds; nothing where there is none. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read "${path}" (${reason})`, { cause: error });
  }
}

/** Throws an error that lists what is wrong with the file. */
export function assertUsers(path: string, { problems }: UsersFile): void {
  if (problems.length === 0) return;
  throw new Error(`the file of users "${path}" is not usable:\n  ${problems.join("\n  ")}`);
}
