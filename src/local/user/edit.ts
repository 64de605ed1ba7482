import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { assertUsers, parseUsers, readText } from "../../producer/console/users-file.ts";

/** Only who runs the producer may read who there is. */
const fileMode = 0o600;

/** As Linux follows. */
const maxLinks = 40;

/** What the file says of a user or a token. */
interface Entry {
  readonly name: string;
  readonly role: string;
  readonly hash: string;
}

/** The text with this entry in it, in place of the one that has that name. */
export function putEntry(text: string, { name, role, hash }: Entry): string {
  const line = `${name}:${role}:${hash}`;
  const lines = linesOf(text);
  const at = lines.findIndex((one) => isOf(one, name));
  return joinLines(at === -1 ? [...lines, line] : lines.with(at, line));
}

/** The text without the entry of that name; comments stay. */
export function dropEntry(text: string, name: string): string {
  return joinLines(linesOf(text).filter((line) => !isOf(line, name)));
}

/**
 * Changes the file of users whole or not at all, where a symbolic link leads to; owner and mode stay.
 * Throws an error that says what is wrong with the file, before or then, that somebody else is
 * writing it, or that its owner cannot be kept.
 */
export function changeUsers(given: string, change: (text: string) => string): void {
  const path = followLinks(given);
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
    keepOwner(descriptor, path);
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

/** Also where a link leads to a file that is not there yet. */
function followLinks(path: string, links = 0): string {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return path;
  }
  if (links >= maxLinks) throw new Error(`"${path}" leads from link to link, expected a file`);
  return followLinks(resolve(dirname(path), target), links + 1);
}

/** The producer may run as another user than whoever changes the file, as root does by sudo. */
function keepOwner(descriptor: number, path: string): void {
  const before = statSync(path, { throwIfNoEntry: false });
  const isRoot = process.getuid?.() === 0;
  const owned = before ?? (isRoot ? statSync(dirname(path)) : fstatSync(descriptor));
  const { uid, gid } = fstatSync(descriptor);
  if (owned.uid !== uid || owned.gid !== gid) {
    try {
      fchownSync(descriptor, owned.uid, owned.gid);
    } catch (error) {
      throw new Error(
        `cannot keep the owner of "${path}", user ${owned.uid} and group ${owned.gid}: expected to be run as that user or as root`,
        { cause: error },
      );
    }
  }
  if (before !== undefined) fchmodSync(descriptor, before.mode & 0o7777);
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
