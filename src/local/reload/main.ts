import { resolve } from "node:path";
import { describeLoadProblem } from "./load-problem.ts";

/**
 * Loads what producer and worker would load, and tells why that fails. Each import is made here, and
 * not at the top: what it reaches may be what is broken.
 */
const project = resolve(import.meta.dirname, "../../..");

process.on("disconnect", () => process.exit());
const problem = await findProblem();
if (problem === undefined) process.exit();
process.send?.(problem, undefined, undefined, () => process.exit());

async function findProblem(): Promise<string | undefined> {
  try {
    const { loadTasks } = await import("../../task/registry.ts");
    await loadTasks();
    await import("../../producer/open-producer.ts");
    await import("../../worker/open-worker.ts");
    return undefined;
  } catch (error) {
    return describeLoadProblem(error, project);
  }
}
