import { logFields, spanAttributes } from "../../src/contract/telemetry.ts";
import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { type DataSourceName, dataSources } from "../../src/contract/data-sources.ts";
import { logsOfTrace } from "../query/logql.ts";
import { quantile, rate, series, sum } from "../query/promql.ts";
import { scrapeInterval } from "./scraping.ts";

/** Stands for the labels that Grafana takes from the span which the reader looks at. */
const anySpan = { task: "of the span" };

function ofSpan(query: string): string {
  return literal(query.replaceAll('task="of the span"', "$__tags"));
}

/** Grafana expands variables of the environment in these files, and reads `$$` as `$`. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

const links: Readonly<Record<DataSourceName, object>> = {
  prometheus: {
    httpMethod: "POST",
    timeInterval: scrapeInterval,
    exemplarTraceIdDestinations: [
      { name: logFields.traceId, datasourceUid: dataSources.tempo.uid },
    ],
  },
  tempo: {
    tracesToLogsV2: {
      datasourceUid: dataSources.loki.uid,
      spanStartTimeShift: "-5m",
      spanEndTimeShift: "5m",
      customQuery: true,
      query: literal(logsOfTrace("${__span.traceId}")),
    },
    tracesToMetrics: {
      datasourceUid: dataSources.prometheus.uid,
      spanStartTimeShift: "-30m",
      spanEndTimeShift: "30m",
      tags: [{ key: spanAttributes.task, value: "task" }],
      queries: [
        {
          name: "Processing of this task, p95",
          query: ofSpan(
            quantile(0.95, "jobProcessingDuration", { matchers: anySpan, window: "5m" }),
          ),
        },
        {
          name: "Outcomes of this task",
          query: ofSpan(
            sum(rate(series("jobsFinished", anySpan), "5m"), ["outcome", "error_type"]),
          ),
        },
      ],
    },
    serviceMap: { datasourceUid: dataSources.prometheus.uid },
    nodeGraph: { enabled: true },
  },
  loki: {
    derivedFields: [
      {
        name: "Trace",
        matcherType: "label",
        matcherRegex: logFields.traceId,
        url: literal("${__value.raw}"),
        datasourceUid: dataSources.tempo.uid,
      },
    ],
  },
};

/** TCP ports of the data sources, on Grafana's own machine. */
export type DataSourcePorts = Readonly<Record<DataSourceName, number>>;

/** Grafana's data sources, each with its ways over to the others: exemplar, trace, log. */
export function createDataSources(ports: DataSourcePorts = monitoringPorts) {
  const names = Object.keys(dataSources) as DataSourceName[];
  return {
    apiVersion: 1,
    datasources: names.map((name) => ({
      ...dataSources[name],
      access: "proxy",
      url: `http://localhost:${ports[name]}`,
      isDefault: name === "prometheus",
      editable: false,
      jsonData: links[name],
    })),
  };
}

/** Grafana's instruction to show the dashboards of the folder that `TRIPOD_DASHBOARDS` names. */
export function createDashboardProvider() {
  return {
    apiVersion: 1,
    providers: [
      {
        name: "tripod",
        folder: "Tripod",
        type: "file",
        disableDeletion: true,
        allowUiUpdates: false,
        options: { path: "${TRIPOD_DASHBOARDS}" },
      },
    ],
  };
}
