import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

/** A module in a stack, or at the head of one where it could not be parsed, with the line. */
const place = /file:\/\/[^\s:)]+:\d+/;

/** Why modules could not be loaded, in one line that names the file and, where it is known, the line. */
export function describeLoadProblem(error: unknown, project: string): string {
  if (!(error instanceof Error)) return inspect(error, { compact: true, breakLength: Infinity });
  const message = error.message.replaceAll(`${project}/`, "").replaceAll(/\s*\n\s*/g, " ");
  const found = placeOf(error.cause ?? error, project);
  return found === undefined || message.includes(found) ? message : `${message} (${found})`;
}

function placeOf(error: unknown, project: string): string | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  const [found] = place.exec(stack ?? "") ?? [];
  if (found === undefined) return undefined;
  const line = found.slice(found.lastIndexOf(":"));
  const path = relative(project, fileURLToPath(found.slice(0, -line.length)));
  // What asked for a module that is not there is named by the message.
  return path.startsWith("src/local/") || path === "src/task/registry.ts"
    ? undefined
    : `${path}${line}`;
}
