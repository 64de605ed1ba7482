import { exitCodes } from "../exit-codes.ts";
import type { Command } from "../command.ts";
import { describeJob } from "../report.ts";
import { readJobId } from "./job-id.ts";

/** Tells how a job stands. */
export const getCommand: Command = async (args, { client, options, signal, url, print }) => {
  const job = await client.get(readJobId("get", args), { signal });
  const lines = options.json === true ? [JSON.stringify(job)] : describeJob(job, url);
  for (const line of lines) print(line);
  return exitCodes.done;
};
