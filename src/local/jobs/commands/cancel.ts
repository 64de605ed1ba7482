import { isEnded } from "../../../client/job.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readJobId } from "./job-id.ts";

/** Cancels a job; one that runs ends a moment later. */
export const cancelCommand: Command = async (args, { client, options, signal, print }) => {
  const job = await client.cancel(readJobId("cancel", args), { signal });
  if (options.json === true) print(JSON.stringify(job));
  else print(isEnded(job) ? "cancelled" : "cancelled, and its task is told to stop");
  return exitCodes.done;
};
