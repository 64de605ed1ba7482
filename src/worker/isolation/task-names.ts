import { createNaming, type Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";

/**
 * Tells the names of tasks, which are loaded once the first one is asked for, and again after they
 * could not be. Rejects as `load` does, and with a `SubmitError` for a task that is not among them.
 */
export function createTaskNames(load: () => Promise<Tasks>): (task: Task) => Promise<string> {
  let naming: Promise<ReturnType<typeof createNaming>> | undefined;
  const loadNaming = async () => {
    try {
      return createNaming(await load());
    } catch (error) {
      naming = undefined;
      throw error;
    }
  };
  return async (task) => {
    naming ??= loadNaming();
    return (await naming)(task);
  };
}
