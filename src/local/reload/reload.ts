import { join, relative } from "node:path";
import { refreshTaskTypes } from "../task-types.ts";
import type { SourceFiles } from "./source-files.ts";
import { watchSources } from "./source-watch.ts";
import { findLoadProblem } from "./trial.ts";

/**
 * Reloads the services whenever a file of theirs has changed, until the signal aborts. Files that
 * would not load leave the services as they are, and the next change has it try again.
 */
export async function keepReloading({
  project,
  loaded,
  env,
  signal,
  reload,
  say,
}: {
  /** Its folder. */
  project: string;
  /** What the services have loaded. */
  loaded: SourceFiles;
  /** Of a service: what files do as they are loaded may depend on it. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Throws why the services that ran before still do. */
  reload: () => Promise<void>;
  say: (line: string) => void;
}): Promise<void> {
  const attempt = async () => {
    const problem = await findLoadProblem(env, signal);
    if (problem !== undefined) throw new Error(problem);
    signal.throwIfAborted();
    await reload();
  };
  await watchSources(join(project, "src"), {
    loaded,
    signal,
    async onChange(paths) {
      const [first = "", ...others] = paths.map((path) => relative(project, path));
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      say(`${first}${more} changed: reloading`);
      try {
        await refreshTaskTypes();
        await attempt();
        say("reloaded; what still runs in the old worker is drained");
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        say(`cannot reload: ${reason}; the services go on as they were until the next change`);
      }
    },
  });
}
