import { journey } from "./taskqueue-journey.ts";
import { overview } from "./taskqueue-overview.ts";
import { task } from "./taskqueue-task.ts";

/** The generated files of this folder, as path within it -> content. */
export function generateFiles(): ReadonlyMap<string, string> {
  const dashboards = [overview, task, journey].map(
    (dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`] as const,
  );
  return new Map(dashboards);
}
