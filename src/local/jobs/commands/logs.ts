import type { LogLine } from "../../../client/log.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readJobId } from "./job-id.ts";

/** Prints what a job's task has logged; with `--follow`, also what it logs until it ends. */
export const logsCommand: Command = async (args, surroundings) => {
  const { client, options, signal, leftMs, print } = surroundings;
  const id = readJobId("logs", args);
  const describe = options.json === true ? (line: LogLine) => JSON.stringify(line) : describeLine;
  let known = 0;
  const printNew = async () => {
    const { logged, lines } = await client.log(id, { after: known, signal });
    for (const line of lines) print(describe(line));
    known = logged;
  };
  await printNew();
  if (options.follow !== true) return exitCodes.done;
  let printing = Promise.resolve();
  await client.wait(id, {
    signal,
    deadlineMs: leftMs(),
    onChange: ({ logged = 0 }) => {
      if (logged > known) printing = printing.then(printNew);
      // Told below, when it is awaited.
      printing.catch(() => undefined);
    },
  });
  await printing;
  await printNew();
  return exitCodes.done;
};

function describeLine({ time, level, message }: LogLine): string {
  return [time, level?.padEnd(5), message].filter((part) => part !== undefined).join(" ");
}
