import { UsageError } from "../exit-codes.ts";

/** The only argument of a command about a job. Throws a `UsageError` for any other number of them. */
export function readJobId(command: string, args: readonly string[]): string {
  const [id, ...more] = args;
  if (id !== undefined && more.length === 0) return id;
  throw new UsageError(
    id === undefined ? `${command} needs a job's id` : `unexpected argument "${more[0]}"`,
  );
}
