import { createClient } from "../../client/client.ts";
import { RefusedError, UnansweredError, UnendedError } from "../../client/errors.ts";
import { readServerUrl } from "../../client/server.ts";
import type { AnyTasks } from "../../client/tasks.ts";
import { escapeControls } from "../../service/lines.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { getCommand } from "./commands/get.ts";
import { logsCommand } from "./commands/logs.ts";
import { submitCommand } from "./commands/submit.ts";
import { waitCommand } from "./commands/wait.ts";
import { type ExitCode, exitCodes, UsageError } from "./exit-codes.ts";
import { UnreadOffersError } from "./offers.ts";
import { describeProgress, openProgressLine, type Output } from "./terminal.ts";

const commands: Readonly<Record<string, Command>> = {
  submit: submitCommand,
  get: getCommand,
  wait: waitCommand,
  cancel: cancelCommand,
  logs: logsCommand,
};

/** A producer that is replaced is back within seconds. */
const retryMs = 30_000;

export interface Shell {
  /** The server's. */
  readonly address: string;
  /** Aborts when the program is to end. */
  readonly signal: AbortSignal;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly readStdin: () => Promise<string>;
}

/** Does what was typed, says what went wrong, and resolves with the exit code. */
export async function runCommand(typed: Arguments, shell: Shell): Promise<ExitCode> {
  const { signal, stdout, stderr } = shell;
  const progress = openProgressLine(stderr);
  const say = (line: string) => {
    progress.hide();
    stderr.write(`${escapeLines(line)}\n`);
  };
  const print = (line: string) => {
    stdout.write(`${stdout.isTTY ? escapeLines(line) : line}\n`);
  };
  try {
    const { command, args, timeoutMs } = readCommand(typed);
    const url = readAddress(shell.address);
    const until = performance.now() + timeoutMs;
    let isRetrying = false;
    const client = createClient<AnyTasks>({
      url,
      retryMs: Math.min(retryMs, timeoutMs),
      onRetry({ message }) {
        if (!isRetrying) say(`${message}; trying again`);
        isRetrying = true;
      },
    });
    return await command(args, {
      url,
      client,
      signal,
      options: typed.values,
      leftMs: () => Math.max(1, until - performance.now()),
      progress,
      print,
      say,
      readStdin: shell.readStdin,
    });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    const { said, code } = explain(error);
    say(said);
    return code;
  } finally {
    progress.close();
  }
}

function readCommand({ values, positionals }: Arguments) {
  const [name = "", ...args] = positionals;
  const command = Object.entries(commands).find(([known]) => known === name)?.[1];
  if (command === undefined) {
    const what = name === "" ? "no command" : `unknown command "${name}"`;
    const known = Object.keys(commands).join(", ");
    throw new UsageError(`${what}, expected one of: ${known}; --help tells more`);
  }
  return { command, args, timeoutMs: readTimeout(values.timeout) };
}

function readTimeout(given: string | undefined): number {
  if (given === undefined) return Infinity;
  const seconds = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && seconds > 0) return seconds * 1_000;
  throw new UsageError(`--timeout: expected a number of seconds, got "${given}"`);
}

function readAddress(address: string): string {
  try {
    return readServerUrl(address);
  } catch (error) {
    throw new UsageError(`TRIPOD_URL: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Throws again what is nobody's fault but ours. */
function explain(error: unknown): { readonly said: string; readonly code: ExitCode } {
  if (error instanceof UsageError) return { said: error.message, code: exitCodes.unusable };
  if (error instanceof UnendedError) {
    const { message, job } = error;
    const state = job === undefined ? "" : `; it is ${describeProgress(job)}`;
    return { said: `${message}${state}`, code: exitCodes.unended };
  }
  if (error instanceof RefusedError) {
    const code = isMistake(error) ? exitCodes.unusable : exitCodes.unserved;
    return { said: error.message, code };
  }
  if (error instanceof UnansweredError || error instanceof UnreadOffersError) {
    const advice = 'start it with "npm start", or set TRIPOD_URL to where it is';
    return { said: `${error.message}\n${advice}`, code: exitCodes.unserved };
  }
  throw error;
}

/** The sender's, for which there is nothing to wait. */
function isMistake({ status }: RefusedError): boolean {
  return [400, 409, 413, 422].includes(status);
}

function escapeLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}
