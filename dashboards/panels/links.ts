import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { spanAttributes } from "../../src/contract/telemetry.ts";
import { boardPaths, paths } from "../../src/contract/paths.ts";
import { inSight } from "./placement.ts";

/** Where the producer's pages are, as the scrape configuration tells for each installation. */
export const producerUrls = { public: "public_url", board: "board_url" } as const;

const publicUrl = `\${${producerUrls.public}:raw}`;
const boardUrl = `\${${producerUrls.board}:raw}`;

/** Paths of one job, for the submitter and for the operator. */
export const jobPaths = {
  status: (id: string) => `${paths.jobs}/${id}`,
  board: (queue: string, id: string) => `${boardPaths.queues}/${queue}/${id}`,
} as const;

export const overviewUid = "taskqueue-overview";
export const taskUid = "taskqueue-task";
export const journeyUid = "taskqueue-journey";

/** Where a value, or the bar on top, leads to. */
export type DashboardLinks = readonly Builder<DashboardLink>[];

/** From a cell that holds a job's id, in a row that tells its queue, to what is known of it. */
export function jobLinks(): DashboardLinks {
  const id = "${__value.raw}";
  const queue = `\${__data.fields["${spanAttributes.queue}"]}`;
  return [
    external("Status page", `${publicUrl}${jobPaths.status(id)}`),
    external("Bull Board", `${boardUrl}${jobPaths.board(queue, id)}`),
  ];
}

/** From a cell that holds a task's name to its dashboard. */
export function taskLinks(): DashboardLinks {
  return [internal("This task", `/d/${taskUid}?\${__url_time_range}&var-task=\${__value.raw}`)];
}

/** From a value with a class of failures to the jobs that failed so. */
export function failureLinks(): DashboardLinks {
  const errorType = "var-error_type=${__field.labels.error_type}";
  return [internal("These jobs", `/d/${journeyUid}?\${__url_time_range}&${errorType}`)];
}

/** From a span's row to the whole trace; Tempo's tables hold its id in a hidden column. */
export function traceLinks(): DashboardLinks {
  const traceId = "var-trace_id=${__data.fields.traceIdHidden}";
  return [internal("This trace", `/d/${journeyUid}?\${__url_time_range}&${traceId}`)];
}

/** What the bar on top of each dashboard leads to. */
export function topLinks(): DashboardLinks {
  return [
    inSight(
      new DashboardLinkBuilder("Tripod")
        .type(DashboardLinkType.Dashboards)
        .tags(["tripod"])
        .keepTime(true)
        .includeVars(true),
    ),
    external("Task form", `${publicUrl}/`),
    external("Bull Board", `${boardUrl}${boardPaths.root}`),
  ];
}

function external(title: string, url: string): Builder<DashboardLink> {
  return inSight(leading(title, url).targetBlank(true));
}

function internal(title: string, url: string): Builder<DashboardLink> {
  return inSight(leading(title, url));
}

function leading(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}
