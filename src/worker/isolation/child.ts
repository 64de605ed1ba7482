import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { JobContext } from "../../task/job-context.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { IsolatedError } from "../../task/failure.ts";
import { onLine } from "../../service/lines.ts";
import type { IsolatedRun } from "../../task/run-task.ts";
import type { JobReports } from "../../task/job-reports.ts";
import { relayAsked } from "./asked-jobs.ts";
import { openKin } from "./kin.ts";
import { type Answer, type Order, type ReadAsked, readMessage } from "./messages.ts";
import type { Report } from "./outbox.ts";
import type { OutputLimits } from "./output-limit.ts";
import { startMs as defaultStartMs } from "./start-limit.ts";

/** Time for an aborted task to stop by itself before its process is killed. */
const graceMs = 1_000;

/** Twice as many as a process sends (outbox.ts), and some at once. */
const reportsPerSecond = 20;
const spareReports = 100;

const main = fileURLToPath(import.meta.resolve("./main.ts"));

export interface ChildOptions {
  readonly task: string;
  /** Where that task is defined. */
  readonly file: URL;
  readonly env: NodeJS.ProcessEnv;
  /** Command that has the kernel kill what follows it together with this process. */
  readonly deathSignal: readonly string[];
  /** Folder of a control group that may have others in it; `undefined` where there is none. */
  readonly delegatedGroup: string | undefined;
  /** Of all the task's processes. */
  readonly outputLimits: OutputLimits;
  /** Time for the process to start and load its task; one that takes longer has crashed. */
  readonly startMs?: number;
  readonly log: Log;
}

/** What a process asks for beside its answer. */
export interface ChildRun extends IsolatedRun {
  readonly submit: (wanted: ReadAsked) => Promise<{ readonly id: string }>;
}

/** A process that runs one task, one job at a time. */
export interface Child {
  readonly task: string;
  /** Jobs it has been given. */
  readonly jobs: number;
  /** Becomes true when it has ended, for whatever reason. */
  readonly ended: boolean;
  /**
   * Resolves with the task's result; rejects with an `IsolatedError` if it fails or its process
   * ends. Once `job.signal` has aborted it settles within a second and the time that a kill takes.
   * `isolated.onBegin` is called once the process has loaded the task and is given the job.
   */
  run(input: Record<string, unknown>, job: JobContext, isolated: ChildRun): Promise<unknown>;
  /** Ends it at once, with whatever it has started. */
  kill(): void;
}

/** Starts a process for a task; what it prints goes to the log, up to the task's limits. */
export function openChild({
  task,
  file,
  env,
  deathSignal,
  delegatedGroup,
  outputLimits,
  startMs = defaultStartMs,
  log,
}: ChildOptions): Child {
  const kin = openKin(delegatedGroup);
  const child = start();
  const { promise: end, resolve: conclude } = Promise.withResolvers<IsolatedError>();
  const { promise: loaded, resolve: noteLoaded } = Promise.withResolvers<void>();
  let isLoaded = false;
  let ended = false;
  let jobs = 0;
  let asked:
    | {
        readonly job: number;
        readonly answer: (answer: Answer) => void;
        /** Returns whether it was passed on, and not one too many. */
        readonly report: (report: Report) => boolean;
        /** The same of a job that it is to submit. */
        readonly submit: (wanted: ReadAsked) => boolean;
      }
    | undefined;
  const onEnd = (how: string) => {
    ended = true;
    clearTimeout(deadline);
    // Nobody reads what else it has sent.
    asked = undefined;
    kill();
    const reason = `the task's process ${child.pid} ${how}`;
    conclude(new IsolatedError({ failureClass: "crashed", reason, retryable: true }));
  };
  const deadline = setTimeout(
    () => onEnd(`did not start and load its task within ${startMs} ms, and was killed`),
    startMs,
  );
  child.once("exit", (code, signal) =>
    onEnd(signal ? `was killed by ${signal}` : `exited with code ${code}`),
  );
  child.on("error", (error) => onEnd(`broke: ${error.message}`));

  // From the start on: Node keeps what nobody listens for, and gives it to the next job that does.
  child.on("message", (sent) => {
    // What it sent before it was killed still arrives.
    if (ended) return;
    const message = readMessage(sent);
    if (message?.kind === "ready" && !isLoaded) {
      clearTimeout(deadline);
      isLoaded = true;
      noteLoaded();
      return;
    }
    if (message === undefined || message.kind === "ready" || message.job !== asked?.job) {
      onEnd("sent what answers no job, and was killed");
      return;
    }
    if (message.kind === "report") {
      if (!asked.report(message)) onEnd("sent reports without end, and was killed");
      return;
    }
    if (message.kind === "submit") {
      if (!asked.submit(message)) onEnd("submitted jobs without end, and was killed");
      return;
    }
    asked.answer(message);
    asked = undefined;
  });

  function start(): ChildProcess {
    const [execPath, ...execArgv] = [...deathSignal, process.execPath];
    const started = fork(main, [file.href, kin.members ?? ""], {
      execPath,
      execArgv,
      env: { ...env, ...kin.env },
      // A process group of its own: a terminal's Ctrl-C drains the worker, and a kill takes all of it.
      detached: true,
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const { stdout, stderr } = started;
    const fields = { task, child_pid: started.pid, ...lineOf("task_output") };
    if (stdout) onLine(stdout, (line) => log.info(fields, line), outputLimits.stdout);
    if (stderr) onLine(stderr, (line) => log.warn(fields, line), outputLimits.stderr);
    return started;
  }

  /** What goes wrong here shows as the process's end. */
  const send = (order: Order) => void (child.connected && child.send(order, () => undefined));

  /** Throws if the process ends before, or once `signal` aborts: no job has begun that could be cut. */
  async function waitUntilLoaded(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve: onAbort } = Promise.withResolvers<unknown>();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort(signal.reason);
    try {
      const error = await Promise.race([loaded, end, aborted]);
      if (error instanceof IsolatedError) throw error;
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async function run(
    input: Record<string, unknown>,
    { id, attempt, signal }: JobContext,
    { onBegin, reports, submit }: ChildRun,
  ): Promise<unknown> {
    jobs += 1;
    const job = jobs;
    if (!isLoaded) await waitUntilLoaded(signal);
    onBegin();
    const { promise: answered, resolve } = Promise.withResolvers<Answer>();
    asked = {
      job,
      answer: resolve,
      report: limitReports(reports),
      submit: relayAsked(submit, (answer) => send({ kind: "submitted", job, ...answer })),
    };
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      send({ kind: "abort", reason: String(signal.reason) });
      timer = setTimeout(kill, graceMs);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      send({ kind: "run", job, id, attempt, input });
      if (signal.aborted) onAbort();
      const answer = await Promise.race([answered, end]);
      if (answer instanceof IsolatedError) throw answer;
      if (answer.kind === "failure") throw new IsolatedError(answer.failure, answer.stack);
      return answer.json;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  function kill(): void {
    killGroup(child);
    kin.kill();
  }

  return {
    task,
    get jobs() {
      return jobs;
    },
    get ended() {
      return ended;
    },
    run,
    kill,
  };
}

/** Passes on as many reports as a process sends by itself; returns whether it did. */
function limitReports(reports: JobReports): (report: Report) => boolean {
  const beganAt = performance.now();
  let count = 0;
  return ({ progress, lines, skipped }) => {
    count += 1;
    // By how long it has run: those that came while this process was blocked are read at once.
    if (count > spareReports + ((performance.now() - beganAt) / 1_000) * reportsPerSecond) {
      return false;
    }
    if (progress !== undefined) reports.progress(progress);
    if (lines.length > 0) reports.log(lines, skipped);
    return true;
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
