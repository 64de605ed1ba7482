import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

export interface CommandLine<Options extends ParseArgsOptionsConfig> {
  /** How it is typed, such as `npm run demo [-- --seconds N]`. */
  readonly usage: string;
  /** What it does and what else there is to know, in lines. */
  readonly about: readonly string[];
  readonly options?: Options;
  /** Of arguments that belong to no option; none if not given. */
  readonly maxPositionals?: number;
}

/** The part of a process that takes arguments and answers them. */
type Program = Pick<NodeJS.Process, "argv" | "exit"> & {
  readonly stdout: Pick<NodeJS.WriteStream, "write">;
  readonly stderr: Pick<NodeJS.WriteStream, "write">;
};

const help = { type: "boolean", short: "h" } as const;

/**
 * Reads a program's arguments. Ends it with 0 after printing what it does, if asked for `--help`,
 * and with 2 after saying what was expected, if it knows one of them not.
 */
export function readCommandLine<const Options extends ParseArgsOptionsConfig>(
  program: Program,
  { usage, about, options, maxPositionals = 0 }: CommandLine<Options>,
) {
  const refuse = (problem: string) => {
    program.stderr.write(`${problem}, expected: ${usage}\n`);
    return program.exit(2);
  };
  const parsed = parse(
    program.argv.slice(2),
    { ...(options as Options), help },
    maxPositionals > 0,
  );
  if (typeof parsed === "string") return refuse(parsed);
  const { values, positionals } = parsed;
  if ("help" in values && values.help === true) {
    program.stdout.write(`${[usage, "", ...about].join("\n")}\n`);
    return program.exit(0);
  }
  const [unexpected] = positionals.slice(maxPositionals);
  return unexpected === undefined
    ? { values, positionals }
    : refuse(`unexpected argument "${unexpected}"`);
}

function parse<const Options extends ParseArgsOptionsConfig>(
  args: string[],
  options: Options,
  allowPositionals: boolean,
) {
  try {
    return parseArgs({ args, options, allowPositionals });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What Node adds to it is about arguments that begin with a dash, of which we have none.
    const [sentence = ""] = error.message.split(/\.\s/);
    return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replaceAll("'", '"')}`;
  }
}
