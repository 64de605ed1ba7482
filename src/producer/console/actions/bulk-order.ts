import { z } from "zod";
import { type JobFilter, parseJobFilter } from "../../../contract/job-filter.ts";
import { RequestError } from "../../http/errors.ts";
import { bulkNames } from "./bulk-json.ts";
import { reasonText } from "./order.ts";

/** What is to be done to which jobs, as forms and programs say it. */
export const bulkOrder = z
  .strictObject({
    action: z.enum(bulkNames),
    filter: z
      .string()
      .max(2_000)
      .meta({
        description:
          "Which jobs: the parameters of a list of jobs, each with a value, but for `text` and those " +
          "of how the list is shown. All jobs are meant by an empty text alone.",
      }),
    reason: reasonText,
    jobs: z.coerce.number().int().min(0).optional().meta({
      description: "How many may match at most, as were seen before.",
    }),
  })
  .meta({ description: "An action on all jobs that match." });

/**
 * The filter of an order, which must never come to mean more than was written: a value that a script
 * left out is no word for all jobs. Throws a `RequestError` for one that makes no sense.
 */
export function readOrderedFilter(text: string): JobFilter {
  const parameters = new URLSearchParams(text);
  if (text !== "" && parameters.size === 0) {
    throw new RequestError(
      422,
      `"filter" is ${JSON.stringify(text)}, expected parameters of /jobs, or "" for all jobs`,
    );
  }
  for (const [name, value] of parameters) {
    const words = name === "state" ? value.split(",") : [value];
    if (words.includes("")) {
      throw new RequestError(
        422,
        `${name}: got ${JSON.stringify(value)}, expected a value, or "" as the whole filter for all jobs`,
      );
    }
  }
  return readFilter(parameters);
}

/** The filter of a list that is shown. Throws a `RequestError` for one that makes no sense. */
export function readShownFilter(shown: URLSearchParams): JobFilter {
  const parameters = new URLSearchParams(shown);
  // How a page is shown says nothing of which jobs are meant.
  for (const name of ["sort", "limit", "after", "before"]) parameters.delete(name);
  return readFilter(parameters);
}

function readFilter(parameters: URLSearchParams): JobFilter {
  const { filter, problems } = parseJobFilter(parameters, { nowMs: Date.now() });
  const [problem] = problems;
  if (problem !== undefined) throw new RequestError(422, `${problem.parameter}: ${problem.detail}`);
  if (filter.text !== undefined) {
    throw new RequestError(422, "text: jobs cannot be acted on by a text, expected another filter");
  }
  return filter;
}
