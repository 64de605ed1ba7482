import { taskFile } from "../../contract/task-files.ts";
import { isJobId } from "../../queue/job-id.ts";

/** Beside `tasks.d.ts`, TypeScript would read the one and not the other. */
const reserved: ReadonlySet<string> = new Set(["tasks"]);
/** Beyond it, pages and panels show a part of it alone. */
const maxLength = 64;

/** Why no new task can have this name, or `undefined`. */
export function findNameProblem(name: string): string | undefined {
  if (!taskFile.test(`${name}.ts`) || name.length > maxLength) {
    return (
      `"${name}" cannot be a task's name: expected a name like "resize-image", of at most ` +
      `${maxLength} lower-case letters, digits and dashes, with a letter first`
    );
  }
  if (reserved.has(name)) return `"${name}" is a name that is used otherwise: expected another one`;
  // Its page would be taken for the one that a job had before.
  if (isJobId(name)) return `"${name}" looks like a job's id: expected another name`;
  return undefined;
}

/** Of the task's form: "resize-image" is "Resize image". */
export function titleOf(name: string): string {
  const words = name.split("-").filter(Boolean).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
