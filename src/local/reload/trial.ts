import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(import.meta.resolve("./main.ts"));
/** Of a busy machine: a task alone may take ten seconds. */
const limitMs = 60_000;

/** Why the services would not start with the files as they are now, in one line; `undefined` if they would. */
export async function findLoadProblem(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const trial = fork(source, { env, stdio: ["ignore", "ignore", "ignore", "ipc"] });
  let problem: string | undefined;
  trial.once("message", (message) => {
    problem = typeof message === "string" ? message : "a task sends messages as it is loaded";
  });
  const kill = () => void trial.kill("SIGKILL");
  const deadline = setTimeout(kill, limitMs);
  signal.addEventListener("abort", kill);
  const [code, killedBy] = await once(trial, "close");
  clearTimeout(deadline);
  signal.removeEventListener("abort", kill);
  if (code === 0) return problem;
  return killedBy === "SIGKILL"
    ? `the files are not loaded within ${limitMs / 1_000} s: does a task block as it is loaded?`
    : `loading the files ends the process (${killedBy ?? `exit code ${code}`})`;
}
