import { spawn } from "node:child_process";

/**
 * @typedef {object} Step
 * @property {string} title what the one line of progress says
 * @property {readonly [string, ...string[]]} command
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [cwd]
 * @property {number} deadlineMs
 */

/** Of a failed command; npm gives its reason first and up to forty lines of usage after it. */
const shownLines = 60;

/**
 * Runs a command to its end and tells it in one line: what, and how long it took.
 * Throws with the end of the command's output when it fails or outlives its deadline.
 * @param {Step} step
 * @param {(text: string) => void} write
 */
export async function runStep({ title, command, env, cwd, deadlineMs }, write) {
  const [file, ...args] = command;
  const startedAt = performance.now();
  write(`${title} … `);

  const child = spawn(file, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  }
  let expired = false;
  const deadline = setTimeout(() => {
    expired = true;
    child.kill();
  }, deadlineMs);
  // Ctrl-C reaches the command too: its end is ours, after whoever waits here has cleaned up.
  const interrupt = () => child.kill();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

  try {
    const end = await new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(signal ?? code));
    });
    if (end === 0) return write(`${Math.round((performance.now() - startedAt) / 1_000)} s\n`);
    write("failed\n");
    const reason = expired ? `took longer than ${deadlineMs / 1_000} s` : `failed (${end})`;
    const tail = output.trimEnd().split("\n").slice(-shownLines).join("\n");
    throw new Error(`"${command.join(" ")}" ${reason}\n${tail}`);
  } finally {
    clearTimeout(deadline);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
