import { type DataSourceName, dataSources } from "../../contract/data-sources.ts";
import { everyLine, logFields } from "../../contract/telemetry.ts";
import { boardPaths, consolePaths } from "../../contract/paths.ts";
import type { Config } from "../../service/config.ts";
import type { JobStatus } from "./job-status.ts";

/** Where else a job can be seen; what is not configured is `undefined`. */
export interface JobLinks {
  readonly console: string | undefined;
  readonly board: string | undefined;
  readonly trace: string | undefined;
  readonly logs: string | undefined;
  /** A span of a trace. */
  readonly toSpan: (traceId: string, spanId: string) => string | undefined;
}

export type LinkTargets = Pick<Config, "boardUrl" | "grafanaUrl">;

/** A job's page in the console and in Bull Board, its trace and its log lines in Grafana. */
export function createJobLinks(
  { boardUrl, grafanaUrl }: LinkTargets,
  { id, queue, trace_id: traceId }: Pick<JobStatus, "id" | "queue" | "trace_id">,
): JobLinks {
  const explore = (datasource: DataSourceName, query: object, shown?: object) =>
    grafanaUrl === undefined ? undefined : createExploreUrl(grafanaUrl, datasource, query, shown);
  return {
    console: boardUrl === undefined ? undefined : `${boardUrl}${consolePaths.jobs}/${id}`,
    board: boardUrl === undefined ? undefined : `${boardUrl}${boardPaths.queues}/${queue}/${id}`,
    trace:
      traceId === undefined
        ? undefined
        : explore("tempo", { queryType: "traceql", query: traceId }),
    logs: explore("loki", {
      queryType: "range",
      expr: `${everyLine} | ${logFields.jobId}="${id}"`,
    }),
    toSpan: (trace, spanId) =>
      explore("tempo", { queryType: "traceql", query: trace }, { trace: { spanId } }),
  };
}

/** Grafana's Explore page with one query to the data source, and what of its answer is shown. */
function createExploreUrl(
  grafanaUrl: string,
  name: DataSourceName,
  query: object,
  panelsState?: object,
): string {
  const { type, uid } = dataSources[name];
  const pane = {
    datasource: uid,
    queries: [{ refId: "A", datasource: { type, uid }, ...query }],
    range: { from: "now-7d", to: "now" },
    ...(panelsState !== undefined && { panelsState }),
  };
  return `${grafanaUrl}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ t: pane }))}`;
}
