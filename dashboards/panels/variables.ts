import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { serviceNames } from "../../src/contract/telemetry.ts";
import { type DataSourceName, dataSources } from "../../src/contract/data-sources.ts";
import { dataSourceRef } from "../query/data-source-ref.ts";
import { producerUrls } from "./links.ts";
import { noneOf, series } from "../query/promql.ts";

/** The data source to read, the provisioned one unless the reader picks another. */
export function dataSourceVariable(name: DataSourceName): DatasourceVariableBuilder {
  const { uid, type, name: title } = dataSources[name];
  return new DatasourceVariableBuilder(name)
    .label(title)
    .type(type)
    .current({ selected: true, text: title, value: uid });
}

/** All values that a label has, any number of which can be picked. */
function labelVariable(name: string, title: string, vector: string): QueryVariableBuilder {
  return queryVariable(name, `label_values(${vector}, ${name})`)
    .label(title)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

export const queueVariable = () => labelVariable("queue", "Queue", series("queueJobs"));
/** Tasks of the registry: jobs of unknown ones are told apart by their failure class. */
export const taskVariable = () =>
  labelVariable("task", "Task", series("jobsFinished", { task: noneOf("_OTHER") }));
export const instanceVariable = () =>
  labelVariable("instance", "Worker", series("workerConcurrency"));

/** Values from a closed list. */
export function choiceVariable(
  name: string,
  title: string,
  values: readonly string[],
): CustomVariableBuilder {
  return new CustomVariableBuilder(name)
    .label(title)
    .values(values.join(","))
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** One of these values: what is typed in may be nothing, which not every query bears. */
export function pickVariable(
  name: string,
  title: string,
  values: readonly string[],
  chosen: string,
): CustomVariableBuilder {
  return new CustomVariableBuilder(name)
    .label(title)
    .values(values.join(","))
    .current({ selected: true, text: chosen, value: chosen });
}

/** Nothing until somebody types: a query must then find nothing. */
export function textVariable(name: string, title: string): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(name).label(title).defaultValue("");
}

/** Where the links to the producer's own pages lead; not for the reader to pick. */
export function producerUrlVariables(): QueryVariableBuilder[] {
  const producer = series("targetUp", { job: serviceNames.producer });
  return Object.values(producerUrls).map((name) =>
    queryVariable(name, `label_values(${producer}, ${name})`).hide(VariableHide.HideVariable),
  );
}

function queryVariable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(dataSourceRef("prometheus"))
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}
