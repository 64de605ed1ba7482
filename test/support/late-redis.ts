/**
 * The lines of a log but those that tell of an answer of Redis which did not come in time, by the
 * limit of a command or of a submission: a machine without a free processor is all it takes.
 */
export function linesButOfLateRedis(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line !== "" && !/Command timed out|DeadlineError: took longer/.test(line));
}
