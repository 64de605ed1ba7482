import { type DataSourceName, dataSources } from "../../src/contract/data-sources.ts";

/** The data source that a dashboard's variable of the same name points to. */
export function dataSourceRef(name: DataSourceName): { type: string; uid: string } {
  return { type: dataSources[name].type, uid: `\${${name}}` };
}
