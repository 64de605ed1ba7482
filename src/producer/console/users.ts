import type { Log } from "../../telemetry/log.ts";
import { assertUsers, loadUsers, type User, type UsersFile } from "./users-file.ts";

/** How old what is known of the file may be when somebody asks. */
const freshMs = 1_000;

/** Who there is by this name. */
export type FindUser = (name: string) => User | undefined;

/**
 * Reads the file again when it is asked for somebody, after a second at the earliest. Throws an error
 * if the file is wrong from the start; later, what is wrong is logged and lets nobody in.
 */
export function createUsers(path: string | undefined, log: Log): FindUser {
  if (path === undefined) return () => undefined;
  const first = loadUsers(path);
  assertUsers(path, first);
  let known = byName(first);
  let readAt = performance.now();
  let told = "";
  return (name) => {
    if (performance.now() >= readAt + freshMs) {
      const file = tryToLoad(path);
      const problem = file.problems.join("; ");
      if (problem !== told && problem !== "") {
        log.error({ problem }, "cannot use the whole file of users");
      }
      told = problem;
      known = byName(file);
      readAt = performance.now();
    }
    return known.get(name);
  };
}

function byName({ users }: UsersFile): ReadonlyMap<string, User> {
  return new Map(users.map((user) => [user.name, user]));
}

function tryToLoad(path: string): UsersFile {
  try {
    return loadUsers(path);
  } catch (error) {
    return { users: [], problems: [error instanceof Error ? error.message : String(error)] };
  }
}
