import type { AnyTasks } from "../../client/tasks.ts";
import type { Client } from "../../client/client.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { ProgressLine } from "./terminal.ts";

/** What a command of the command line has at hand. */
export interface Surroundings {
  /** The server's address, without a slash at its end. */
  readonly url: string;
  readonly client: Client<AnyTasks>;
  /** Aborts when the program is to end. */
  readonly signal: AbortSignal;
  readonly options: Options;
  /** What is left of `--timeout`; without one, `Infinity`. */
  readonly leftMs: () => number;
  readonly progress: ProgressLine;
  /** Prints data, a line at a time. */
  readonly print: (line: string) => void;
  /** Says what is no data. */
  readonly say: (line: string) => void;
  readonly readStdin: () => Promise<string>;
}

export interface Options {
  readonly wait?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly input?: string | undefined;
  readonly key?: string | undefined;
  readonly callback?: string | undefined;
  readonly at?: string | undefined;
  readonly in?: string | undefined;
}

/** Does what was asked; resolves with the exit code. */
export type Command = (args: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;
