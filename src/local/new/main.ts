import { resolve } from "node:path";
import { readCommandLine } from "../../service/command-line.ts";
import { refreshTaskTypes } from "../task-types.ts";
import { writeNewTask } from "./new-task.ts";

const usage = "npm run new task NAME";

const { positionals } = readCommandLine(process, {
  usage,
  about: [
    "Writes src/tasks/NAME.ts, a task that works, and its test. NAME is the task's name in forms,",
    "API and metrics, such as resize-image: lower-case letters, digits and dashes.",
  ],
  maxPositionals: 2,
});
const [kind, name] = positionals;
if (kind !== "task" || name === undefined) {
  const problem = kind === undefined || kind === "task" ? "no name is given" : `unknown "${kind}"`;
  console.error(`${problem}, expected: ${usage}`);
  process.exit(2);
}
try {
  const { file, test } = writeNewTask(resolve(import.meta.dirname, "../../.."), name);
  await refreshTaskTypes();
  console.log(
    [
      `${file}  the task: edit its input, and run()`,
      `${test}  its test`,
      "",
      `npm start shows its form at /tasks/${name}, and loads it anew whenever it is saved.`,
      `npm test -- ${test}  runs its test, npm test all.`,
    ].join("\n"),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
