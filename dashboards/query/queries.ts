import { DataqueryBuilder as LokiQuery } from "@grafana/grafana-foundation-sdk/loki";
import {
  DataqueryBuilder as PrometheusQuery,
  PromQueryFormat,
} from "@grafana/grafana-foundation-sdk/prometheus";
import {
  DataqueryBuilder as TempoQuery,
  SearchTableType,
} from "@grafana/grafana-foundation-sdk/tempo";
import { dataSourceRef } from "./data-source-ref.ts";

/** A line for each series over time; with exemplars, each of them leads to a trace. */
export function lines(expr: string, legend: string, { exemplars = false } = {}): PrometheusQuery {
  return prometheus(expr, legend).range().exemplar(exemplars);
}

/** The values of now. */
export function instant(expr: string, legend: string): PrometheusQuery {
  return prometheus(expr, legend).instant();
}

/** The values of now as a table, with a column for each label. */
export function rows(expr: string, refId: string): PrometheusQuery {
  return prometheus(expr, "").instant().format(PromQueryFormat.Table).refId(refId);
}

/** Counts of a histogram's buckets over time. */
export function buckets(expr: string): PrometheusQuery {
  return prometheus(expr, "{{le}}").range().format(PromQueryFormat.Heatmap);
}

function prometheus(expr: string, legend: string): PrometheusQuery {
  return new PrometheusQuery()
    .datasource(dataSourceRef("prometheus"))
    .expr(expr)
    .legendFormat(legend);
}

/** As many as Tempo gives of one trace (its `max_spans_per_span_set`); unasked it gives three. */
const spansPerTrace = 100;

/** A row for each span that TraceQL finds. */
export function spans(traceql: string): TempoQuery {
  return tempo("traceql")
    .query(traceql)
    .tableType(SearchTableType.Spans)
    .limit(20)
    .spss(spansPerTrace);
}

/** One whole trace. */
export function traceById(traceId: string): TempoQuery {
  return tempo("traceql").query(traceId);
}

/** Which service calls which, from the metrics that Tempo derives from spans. */
export function serviceMap(): TempoQuery {
  return tempo("serviceMap");
}

function tempo(queryType: string): TempoQuery {
  return new TempoQuery().datasource(dataSourceRef("tempo")).queryType(queryType);
}

/** Log lines that LogQL finds. */
export function logLines(logql: string): LokiQuery {
  return new LokiQuery().datasource(dataSourceRef("loki")).expr(logql).queryType("range");
}
