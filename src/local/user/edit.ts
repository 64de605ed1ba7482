import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { assertUsers, parseUsers, readText, type User } from "../../producer/console/users-file.ts";

/** Only who runs the producer may read who there is. */
const fileMode = 0o600;

/** The text with this user in it, in place of the one who has that name. */
export function putUser(text: string, { name, role, hash }: User): string {
  const line = `${name}:${role}:${hash}`;
  const lines = linesOf(text);
  const at = lines.findIndex((one) => isOf(one, name));
  return joinLines(at === -1 ? [...lines, line] : lines.with(at, line));
}

/** The text without this user; comments stay. */
export function dropUser(text: string, name: string): string {
  return joinLines(linesOf(text).filter((line) => !isOf(line, name)));
}

/**
 * Changes the file of users whole or not at all. Throws an error that says what is wrong with the file,
 * before or then, or that somebody else is writing it.
 */
export function changeUsers(path: string, change: (text: string) => string): void {
  const next = `${path}.new`;
  let descriptor: number;
  try {
    descriptor = openSync(next, "wx", fileMode);
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    const reason = isThere
      ? "it is there: somebody else is changing the users, or was stopped while doing so and left it to be removed"
      : String(error);
    throw new Error(`cannot write "${next}": ${reason}`, { cause: error });
  }
  try {
    const text = readText(path);
    assertUsers(path, parseUsers(text));
    const changed = change(text);
    assertUsers(path, parseUsers(changed));
    writeSync(descriptor, changed);
    fsyncSync(descriptor);
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function isOf(line: string, name: string): boolean {
  return line.startsWith(`${name}:`);
}

function linesOf(text: string): string[] {
  return text.replace(/\n+$/, "").split("\n");
}

function joinLines(lines: readonly string[]): string {
  return `${lines.join("\n").replace(/^\n+/, "")}\n`;
}
