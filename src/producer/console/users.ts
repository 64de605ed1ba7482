import type { Log } from "../../telemetry/log.ts";
import { assertUsers, loadUsers, type User, type UsersFile } from "./users-file.ts";

/** How old what is known of the file may be when somebody asks. */
const freshMs = 1_000;
/**
 * For so long after it could last be read its users stay, whoever is writing it: who is removed must
 * be out within ten seconds.
 */
const keptMs = 5_000;

/** Who there is by this name. */
export type FindUser = (name: string) => User | undefined;

/**
 * Reads the file again when it is asked for somebody, after a second at the earliest. Throws an error
 * if the file is wrong from the start; later, what is wrong is logged and lets nobody in. While it
 * cannot be read, or has just lost all of its users, those that it had stay for a moment.
 */
export function createUsers(path: string | undefined, log: Log): FindUser {
  if (path === undefined) return () => undefined;
  let known: ReadonlyMap<string, User> = new Map();
  let knownAt = -Infinity;
  let readAt = performance.now();
  let told = "";
  const take = (found: UsersFile | Error) => {
    readAt = performance.now();
    const problem = found instanceof Error ? found.message : found.problems.join("; ");
    if (problem !== told && problem !== "") log.error({ problem }, wordFor(found));
    told = problem;
    if (isDoubtful(found) && readAt < knownAt + keptMs) return;
    known = found instanceof Error ? new Map() : byName(found);
    knownAt = isDoubtful(found) ? -Infinity : readAt;
  };
  const first = tryToLoad(path);
  if (!(first instanceof Error)) assertUsers(path, first);
  take(first);
  return (name) => {
    if (performance.now() >= readAt + freshMs) take(tryToLoad(path));
    return known.get(name);
  };
}

/** Whether this may be what somebody finds who reads while another one writes. */
function isDoubtful(found: UsersFile | Error): boolean {
  return found instanceof Error || (found.users.length === 0 && found.problems.length === 0);
}

function wordFor(found: UsersFile | Error): string {
  return found instanceof Error
    ? "cannot read the file of users: without it only the administrator can sign in"
    : "cannot use the whole file of users";
}

function byName({ users }: UsersFile): ReadonlyMap<string, User> {
  return new Map(users.map((user) => [user.name, user]));
}

function tryToLoad(path: string): UsersFile | Error {
  try {
    return loadUsers(path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
