import { createClient } from "../../client/client.ts";
import { readServerUrl } from "../../client/server.ts";
import type { AnyTasks } from "../../client/tasks.ts";
import { readToken } from "../../client/token.ts";
import { escapeControls } from "../../service/lines.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { getCommand } from "./commands/get.ts";
import { logsCommand } from "./commands/logs.ts";
import { submitCommand } from "./commands/submit.ts";
import { waitCommand } from "./commands/wait.ts";
import { type ExitCode, exitCodes, UsageError } from "./exit-codes.ts";
import { explain } from "./explanation.ts";
import { openProgressLine, type Output } from "./terminal.ts";

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
  /** Sent along, if there is one. */
  readonly token?: string | undefined;
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
    const url = orMistakeOf("TRIPOD_URL", () => readServerUrl(shell.address));
    const token = orMistakeOf("TRIPOD_TOKEN", () => readToken(shell.token ?? null));
    const until = performance.now() + timeoutMs;
    let isRetrying = false;
    const client = createClient<AnyTasks>({
      url,
      token: token ?? null,
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
    const { said, code } = explain(error, { hasToken: shell.token !== undefined });
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

/** What is read; throws a `UsageError` that names the variable where that fails. */
function orMistakeOf<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${variable}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function escapeLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}
