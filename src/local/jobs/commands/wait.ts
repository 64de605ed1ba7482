import type { Command, Surroundings } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { describeResult } from "../report.ts";
import { readJobId } from "./job-id.ts";

/** Waits for a job and tells what it came to. */
export const waitCommand: Command = async (args, surroundings) =>
  tellEnd(readJobId("wait", args), surroundings);

export async function tellEnd(
  id: string,
  { client, options, signal, leftMs, progress, print, say }: Surroundings,
): Promise<ExitCode> {
  const deadlineMs = leftMs();
  const job = await client
    .wait(id, { signal, deadlineMs, onChange: (state) => progress.show(state) })
    .catch((error: unknown) => {
      if (signal.aborted) say(`the job "${id}" goes on: "npm run jobs -- wait ${id}" waits again`);
      throw error;
    })
    .finally(() => progress.close());
  if (options.json === true) print(JSON.stringify(job));
  if (job.status === "succeeded") {
    if (options.json !== true) print(describeResult(job.result));
    return exitCodes.done;
  }
  say(`the job "${id}" failed as ${job.error_type}: ${job.error}`);
  return exitCodes.jobFailed;
}
