import { failureClasses } from "../../../contract/failures.ts";
import {
  type FilterParameter,
  filterParameters,
  filterSpans,
  filterStates,
  groupPattern,
} from "../../../contract/job-filter.ts";
import { jobSorts } from "../../explorer/job-index.ts";
import { describeComponent } from "../../http/components.ts";
import { json, type Operation, type Parameter, problem, refer } from "../../http/operation.ts";
import { toldFailures, toldJobs } from "./job-json.ts";
import { longestPage, pageLength } from "./view.ts";

const time = { type: "string", format: "date-time" };

/** What a parameter may be; any text where nothing is said. */
const schemas: Readonly<Partial<Record<FilterParameter, object>>> = {
  state: { type: "array", items: { type: "string", enum: Object.keys(filterStates) } },
  class: { type: "string", enum: Object.keys(failureClasses) },
  group: { type: "string", pattern: groupPattern.source },
  from: time,
  to: time,
  within: { type: "string", enum: Object.keys(filterSpans) },
};

const text = { type: "string", maxLength: 200 };

function query(name: string, description: string, schema: object = text): Parameter {
  return { name, in: "query", description, schema };
}

const filter = Object.entries(filterParameters).map(([name, meaning]) =>
  query(name, `Only jobs with it: ${meaning}.`, schemas[name as FilterParameter]),
);

const wrong = problem("A parameter is unknown or makes no sense; the detail says which.");

/** Finds jobs. */
export const listJobs: Operation = {
  operationId: "listJobs",
  tags: ["jobs"],
  summary: "Find jobs.",
  description:
    "A page of those that match all that is given. It is asked of an index that is some 200 ms " +
    "behind. `previous` and `next` are the queries of the pages around it, and with `text` that of " +
    "where the search goes on.",
  parameters: [
    ...filter,
    query("sort", "What comes first: the latest, or the longest.", {
      type: "string",
      enum: [...jobSorts],
      default: "created",
    }),
    query("limit", "Jobs of a page.", {
      type: "integer",
      minimum: 1,
      maximum: longestPage,
      default: pageLength,
    }),
    ...["before", "after", "read", "found"].map((name) =>
      query(name, "As the query of another page has it.", { type: "string" }),
    ),
  ],
  components: describeComponent("JobPage", toldJobs),
  responses: { 200: json("A page of jobs.", refer("JobPage")), 400: wrong },
};

/** Counts failures by their kinds. */
export const listFailures: Operation = {
  operationId: "listFailures",
  tags: ["failures"],
  summary: "Failures, by kind.",
  description:
    "Those of the same task and class count together whose messages differ in numbers, ids and " +
    "quoted texts alone, and that the same functions threw. A kind's jobs are found by its `group`.",
  parameters: filter.filter(({ name }) => name !== "text"),
  components: describeComponent("FailurePage", toldFailures),
  responses: { 200: json("The largest first.", refer("FailurePage")), 400: wrong },
};
