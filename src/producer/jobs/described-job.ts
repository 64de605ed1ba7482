import { idPattern } from "../../queue/job-id.ts";
import { type Parameter, problem } from "../http/operation.ts";
import { describeJobs } from "./job-schema.ts";

/** What the OpenAPI document says in the same words wherever a job is asked for. */

export const jobId: Parameter = {
  name: "id",
  in: "path",
  required: true,
  description: "The job's id, as it was told when it was submitted.",
  schema: { type: "string", pattern: idPattern.source },
};
export const jobComponents = describeJobs();
/** Where the id that an answer tells leads on to. */
export const ofItsId = { parameters: { id: "$response.body#/id" } };
export const noJob = problem("No such job, or its retention is over.");
export const unreadable = { 404: noJob, 503: problem("The queue cannot be read now.") };
