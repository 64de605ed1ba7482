import { spanAttributes } from "../../src/contract/telemetry.ts";
import { jobLinks, traceLinks } from "./links.ts";
import { nodeGraph, spanTable, trace } from "./panels.ts";
import { serviceMap, spans, traceById } from "../query/queries.ts";
import {
  attempts,
  failed,
  inQueue,
  longerThan,
  ofClass,
  ofTask,
  spansOfJob,
} from "../query/traceql.ts";

const chosen = [inQueue("${queue:pipe}"), ofTask("${task:pipe}")];

interface Found {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly traceql: string;
}

/** Spans, each with the ways on: to its trace, its job's status page and Bull Board. */
function spansFound({ title, description, width, traceql }: Found) {
  return spanTable({
    title,
    description,
    unit: "none",
    width,
    queries: [spans(traceql)],
    columns: [
      { field: "spanID", title: "Span", links: traceLinks() },
      { field: spanAttributes.jobId, title: "Job", links: jobLinks() },
      { field: spanAttributes.queue, title: "Queue" },
      { field: spanAttributes.task, title: "Task" },
    ],
  });
}

export function spansOfChosenJob() {
  return spansFound({
    title: "Job by id",
    description: "Everything that happened to the job whose id is typed in above.",
    width: 24,
    traceql: spansOfJob("${job_id}"),
  });
}

export function failedSpans(width: number) {
  return spansFound({
    title: "Failed attempts",
    description: "The latest attempts that failed.",
    width,
    traceql: attempts(...chosen, failed),
  });
}

export function failedSpansOfClass() {
  return spansFound({
    title: "Failed attempts of these classes",
    description: "The latest attempts that failed with one of the chosen classes.",
    width: 12,
    traceql: attempts(...chosen, failed, ofClass("${error_type:pipe}")),
  });
}

export function slowSpans() {
  return spansFound({
    title: "Slow attempts",
    description: "The latest attempts that took longer than the time chosen above.",
    width: 12,
    traceql: attempts(...chosen, longerThan("${min_duration}")),
  });
}

export function chosenTrace() {
  return trace({
    title: "Trace",
    description: "One job from start to end: request, sending, waiting, processing.",
    unit: "none",
    width: 24,
    height: 14,
    queries: [traceById("${trace_id}")],
  });
}

export function callGraph() {
  return nodeGraph({
    title: "Who calls whom",
    description: "Calls between the services, as Tempo derives them from traces.",
    unit: "none",
    width: 12,
    queries: [serviceMap()],
  });
}
