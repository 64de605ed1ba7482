import { failureClasses } from "../../src/contract/failures.ts";
import { createDashboard } from "./dashboard.ts";
import { endToEnd, journeyGuide, whereTimeGoes } from "./journey-panels.ts";
import { journeyUid } from "./links.ts";
import { traceLogs } from "./log-panels.ts";
import {
  callGraph,
  chosenTrace,
  failedSpansOfClass,
  slowSpans,
  spansOfChosenJob,
} from "./trace-panels.ts";
import {
  choiceVariable,
  dataSourceVariable,
  pickVariable,
  queueVariable,
  taskVariable,
  textVariable,
} from "./variables.ts";

export const journey = createDashboard({
  uid: journeyUid,
  title: "Task queue: journey of a job",
  description: "From a figure to one job: its trace, its log, its status page.",
  variables: [
    dataSourceVariable("prometheus"),
    dataSourceVariable("tempo"),
    dataSourceVariable("loki"),
    queueVariable(),
    taskVariable(),
    choiceVariable("error_type", "Failure class", Object.keys(failureClasses)),
    pickVariable("min_duration", "Slower than", ["100ms", "1s", "10s", "1m", "10m"], "1s"),
    textVariable("job_id", "Job id"),
    textVariable("trace_id", "Trace id"),
  ],
  sections: [
    { title: "Find a job", panels: [journeyGuide(), endToEnd(), spansOfChosenJob()] },
    { title: "Failed and slow", panels: [failedSpansOfClass(), slowSpans()] },
    { title: "One trace", panels: [chosenTrace(), traceLogs()] },
    { title: "Where the time goes", panels: [whereTimeGoes(), callGraph()] },
  ],
});
