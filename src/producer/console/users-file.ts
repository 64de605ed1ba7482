import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Role, roles } from "../../contract/roles.ts";
import { userNamePattern } from "../../contract/user-names.ts";
import { hashPattern } from "./password-hash.ts";

/** One of those beside the administrator. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /** Of the password. */
  readonly hash: string;
}

/** What a file of users says, and what is wrong with it: a line that is wrong lets nobody in. */
export interface UsersFile {
  readonly users: readonly User[];
  readonly problems: readonly string[];
}

/** What a user may be called. */
export const userName = z
  .string()
  .regex(
    userNamePattern,
    "the name must be 1 to 64 letters, digits and . _ @ -, the first a letter or a digit",
  );

const lineSchema = z.strictObject({
  name: userName,
  role: z.enum(roles, { error: `the role must be one of: ${roles.join(", ")}` }),
  hash: z.string().regex(hashPattern, "the hash must be one of scrypt, as npm run user writes it"),
});

/** Reads `name:role:hash` from each line but empty ones and those that begin with #. */
export function parseUsers(text: string): UsersFile {
  const users = new Map<string, User>();
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name, role, ...hash] = line.trimEnd().split(":");
    const parsed = lineSchema.safeParse({ name, role, hash: hash.join(":") });
    const wrong = parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
    if (parsed.success && users.has(parsed.data.name)) {
      wrong.push(`the name "${parsed.data.name}" is there twice`);
    }
    problems.push(...wrong.map((problem) => `line ${index + 1}: ${problem}`));
    if (parsed.success && wrong.length === 0) users.set(parsed.data.name, parsed.data);
  }
  return { users: [...users.values()], problems };
}

/** Reads the file; one that is not there has no users. Throws an error that says why it cannot be read. */
export function loadUsers(path: string): UsersFile {
  return parseUsers(readText(path));
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
