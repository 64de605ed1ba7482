import { spawn } from "node:child_process";

/**
 * @typedef {object} Step
 * @property {string} title what the one line of progress says
 * @property {readonly [string, ...string[]]} command
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [cwd]
 * @property {number} deadlineMs
 * @property {number} [graceMs] from asking it to end to killing it
 * @property {number} [progressEveryMs]
 */

/** Of a failed command; npm gives its reason first and up to forty lines of usage after it. */
const shownLines = 60;

/** npm passes the first SIGTERM on and may go on by itself; dpkg needs a moment to leave a whole state. */
const defaultGraceMs = 10_000;

/**
 * Runs a command to its end and tells it in one line: what, and how long it took; while it runs, a
 * terminal shows there how long it has, and a log gets a line now and then. Throws with the end of
 * the command's output when it fails or outlives its deadline; then it is ended, with all that it
 * has started.
 * @param {Step} step
 * @param {{ write: (text: string) => void, isTerminal?: boolean }} surroundings
 */
export async function runStep(
  { title, command, env, cwd, deadlineMs, graceMs = defaultGraceMs, progressEveryMs = 10_000 },
  { write, isTerminal = false },
) {
  const [file, ...args] = command;
  const startedAt = performance.now();
  const elapsed = () => `${Math.round((performance.now() - startedAt) / 1_000)} s`;
  write(`${title} … `);

  // A process group of its own, so that it ends with all that it has started.
  const child = spawn(file, args, {
    env,
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  }
  const signalAll = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // All of it has ended.
    }
  };
  /** @type {NodeJS.Timeout | undefined} */
  let killing;
  /** @type {string | undefined} */
  let reason;
  /** @type {(end: string) => void} */
  let tellKilled;
  /** @type {Promise<string>} */
  const killed = new Promise((resolve) => (tellKilled = resolve));
  const end = (/** @type {string} */ why) => {
    reason ??= `${why}; run it again: what was fetched is kept`;
    signalAll("SIGTERM");
    killing ??= setTimeout(() => {
      signalAll("SIGKILL");
      tellKilled("SIGKILL");
    }, graceMs);
  };
  const deadline = setTimeout(() => end(`took longer than ${deadlineMs / 1_000} s`), deadlineMs);
  // Its end is ours, after whoever waits here has cleaned up.
  const interrupt = () => end("was interrupted");
  const endAll = () => signalAll("SIGTERM");
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  process.on("exit", endAll);
  const progress = setInterval(
    () =>
      write(isTerminal ? `${elapsed()}\r${title} … ` : `not done after ${elapsed()}\n${title} … `),
    progressEveryMs,
  );

  try {
    const ended = await Promise.race([
      new Promise((resolve) => {
        child.once("error", (error) => resolve(error.message));
        child.once("close", (code, signal) => resolve(signal ?? code));
      }),
      killed,
    ]);
    if (ended === 0) return write(`${elapsed()}\n`);
    write("failed\n");
    const tail = output.trimEnd().split("\n").slice(-shownLines).join("\n");
    throw new Error(`"${command.join(" ")}" ${reason ?? `failed (${ended})`}\n${tail}`.trimEnd());
  } finally {
    for (const timer of [deadline, killing]) clearTimeout(timer);
    clearInterval(progress);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt).off("SIGHUP", interrupt);
    process.off("exit", endAll);
    // What has left the group may hold them open, and us with them.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  }
}
