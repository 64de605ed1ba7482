import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { createJobLinks } from "../../src/producer/jobs/links.ts";
import { dashboardsFolder, queriesOf, type Query } from "./dashboards.ts";

interface ProvisionedSource {
  readonly jsonData: {
    readonly tracesToMetrics?: {
      readonly tags: readonly { readonly key: string }[];
      readonly queries: readonly { readonly name: string; readonly query: string }[];
    };
    readonly tracesToLogsV2?: { readonly query: string };
    readonly derivedFields?: readonly {
      readonly matcherType: string;
      readonly matcherRegex: string;
    }[];
  };
}

/** What the committed data sources lead to each other by, as Grafana reads it: `$$` is a `$`. */
export function readLinks(): readonly ProvisionedSource["jsonData"][] {
  const file = new URL("grafana/datasources/tripod.yaml", dashboardsFolder);
  const text = readFileSync(file, "utf8").replaceAll("$$", "$");
  const { datasources }: { datasources: readonly ProvisionedSource[] } = parse(text);
  return datasources.map(({ jsonData }) => jsonData);
}

/** What is asked of Tempo: by dashboards, and by the page of a job. */
export function readTraceql(): readonly Query[] {
  const ofJob = askedByJobPage().flatMap(({ query }) => query ?? []);
  return [...queriesOf("tempo"), ...ofJob.map((text) => ({ at: "job page", text }))];
}

/** What is asked of Loki: by dashboards, by the way from a trace to its log, and by the page of a job. */
export function readLogql(): readonly Query[] {
  const ofJob = askedByJobPage().flatMap(({ expr }) => expr ?? []);
  const ofTrace = readLinks().flatMap(({ tracesToLogsV2: link }) => link?.query ?? []);
  return [
    ...queriesOf("loki"),
    ...ofJob.map((text) => ({ at: "job page", text })),
    ...ofTrace.map((text) => ({ at: "trace to logs", text })),
  ];
}

function askedByJobPage(): readonly { readonly query?: string; readonly expr?: string }[] {
  const job = {
    id: "evx55v52neosn2z2g6vg6nazoy",
    queue: "default",
    trace_id: "0af7651916cd43dd8448eb211c80319c",
  };
  const links = createJobLinks({ boardUrl: undefined, grafanaUrl: "http://grafana" }, job);
  const toSpan = links.toSpan(job.trace_id, "b7ad6b7169203331");
  return [links.trace, links.logs, toSpan].flatMap((link) =>
    link === undefined ? [] : JSON.parse(new URL(link).searchParams.get("panes") ?? "").t.queries,
  );
}
