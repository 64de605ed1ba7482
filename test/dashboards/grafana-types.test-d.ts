import { assertType, test } from "vitest";
import type { PanelTypes, TargetTypes, TopLink } from "../support/grafana-types.ts";

// Nothing here runs: the type check fails as soon as one of these mistakes compiles.

test("a panel has no option but its own, and takes no other value for it", () => {
  assertType<PanelTypes["stat"]>({ type: "stat", options: { graphMode: "area" } });
  // @ts-expect-error: no such mode
  assertType<PanelTypes["stat"]>({ type: "stat", options: { graphMode: "areas" } });
  // @ts-expect-error: an option of Grafana 11
  assertType<PanelTypes["table"]>({ type: "table", options: { footer: { show: false } } });
  // @ts-expect-error: a table draws no lines
  assertType<PanelTypes["table"]>({ fieldConfig: { defaults: { custom: { lineWidth: 1 } } } });
  // @ts-expect-error: no such unit of height
  assertType<PanelTypes["row"]>({ type: "row", gridPos: { height: 1 } });
});

test("a target has no field but its data source's", () => {
  assertType<TargetTypes["tempo"]>({ refId: "A", query: "{}", spss: 100, tableType: "spans" });
  // @ts-expect-error: Tempo's
  assertType<TargetTypes["prometheus"]>({ refId: "A", expr: "up", spss: 100 });
  // @ts-expect-error: no such table
  assertType<TargetTypes["tempo"]>({ refId: "A", tableType: "span" });
  // @ts-expect-error: Grafana tells queries apart by it
  assertType<TargetTypes["loki"]>({ expr: '{a="b"}' });
});

test("a link is shown in one place only", () => {
  // @ts-expect-error: no such place
  assertType<TopLink>({ title: "Tripod", placement: "inTheBar" });
});
