import { createHmac, randomBytes } from "node:crypto";
import type { Log } from "../../telemetry/log.ts";
import { hashToken } from "../access/token.ts";
import {
  assertUsers,
  loadUsers,
  type TokenHolder,
  type User,
  type UsersFile,
} from "./users-file.ts";

/** How old what is known of the file may be when somebody asks. */
const freshMs = 1_000;
/**
 * For so long after it could last be read its users stay, whoever is writing it: who is removed must
 * be out within ten seconds.
 */
const keptMs = 5_000;

export interface Users {
  /** Who there is by this name; holders of tokens are none. */
  find(name: string): User | undefined;
  /** Whose token this is, if anybody's. */
  findToken(token: string): TokenHolder | undefined;
}

/**
 * Reads the file again when it is asked for somebody, after a second at the earliest. Throws an error
 * if the file is wrong from the start; later, what is wrong is logged and lets nobody in. While it
 * cannot be read, or has just lost all of its users, those that it had stay for a moment.
 */
export function createUsers(path: string | undefined, log: Log, administrator: string): Users {
  if (path === undefined) return { find: () => undefined, findToken: () => undefined };
  const index = createIndex();
  let known = index(nobody);
  let knownAt = -Infinity;
  let readAt = performance.now();
  let told = "";
  const take = (found: UsersFile | Error) => {
    readAt = performance.now();
    const problem = found instanceof Error ? found.message : found.problems.join("; ");
    if (problem !== told && problem !== "") {
      log.error(
        { problem },
        found instanceof Error
          ? "cannot read the file of users: without it only the administrator can sign in"
          : "cannot use the whole file of users",
      );
    }
    told = problem;
    if (isDoubtful(found) && readAt < knownAt + keptMs) return;
    known = index(found instanceof Error ? nobody : found);
    knownAt = isDoubtful(found) ? -Infinity : readAt;
  };
  const first = tryToLoad(path, administrator);
  if (!(first instanceof Error)) assertUsers(path, first);
  take(first);
  const renew = () => {
    if (performance.now() >= readAt + freshMs) take(tryToLoad(path, administrator));
    return known;
  };
  return {
    find: (name) => renew().byName.get(name),
    findToken: (token) => renew().findToken(token),
  };
}

const nobody: UsersFile = { users: [], tokens: [], problems: [] };

/** Whether this may be what somebody finds who reads while another one writes. */
function isDoubtful(found: UsersFile | Error): boolean {
  if (found instanceof Error) return true;
  return [...found.users, ...found.tokens, ...found.problems].length === 0;
}

/**
 * Tokens are looked up by a digest of their hash whose key no other process has: how long that takes
 * tells nothing of what there is to be found.
 */
function createIndex() {
  const secret = randomBytes(32);
  const keyOf = (hash: string) => createHmac("sha256", secret).update(hash).digest("base64");
  return ({ users, tokens }: UsersFile) => {
    const byKey = new Map(tokens.map((token) => [keyOf(token.hash), token]));
    return {
      byName: new Map(users.map((user) => [user.name, user])),
      findToken: (token: string) => byKey.get(keyOf(hashToken(token))),
    };
  };
}

function tryToLoad(path: string, administrator: string): UsersFile | Error {
  try {
    return loadUsers(path, administrator);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
