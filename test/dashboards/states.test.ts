import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { alerts } from "../../dashboards/alerts/alerts.ts";
import { sourcesOf, toldBy } from "../../dashboards/alerts/sources.ts";
import { type State, states } from "../../dashboards/alerts/states.ts";
import type { ScrapeJobName } from "../../dashboards/stack/scraping.ts";
import { isDeclared } from "../support/declared-series.ts";
import { readSelectors } from "../support/promql.ts";
import { firingAlerts } from "../support/rule-tests.ts";
import { seenAt, stateSeries, wellSeries } from "./alert-cases/state-series.ts";

const all = Object.entries<State>(states);

/** Alerts that fire because something is missing. */
const tellsOfMissing = ["TaskQueueMetricsBlind", ...Object.values(toldBy)];

/** What the alerts read, together with the jobs that it comes from; each such set once. */
const blinded = alerts.flatMap((alert) => {
  const read = sourcesOf(alert);
  if (read.length === 0) return [];
  const names = read.map(({ name }) => name);
  const jobs = [...new Set(read.flatMap((source) => source.jobs))].toSorted();
  return [{ alert: alert.name, names, jobs }];
});
const missingOf = (names: readonly string[]) => `without ${names.join(", ")}`;
const goneOf = (jobs: readonly ScrapeJobName[]) => `without targets of ${jobs.join(", ")}`;

/** All at once: promtool takes a while to start. */
const firing = firingAlerts(
  new Map(
    [
      ...Object.entries(stateSeries).map(([name, series]) => ({
        name,
        series: { ...wellSeries, ...series },
        at: seenAt,
      })),
      ...blinded.map(({ names }) => ({
        name: missingOf(names),
        series: without((series) => !names.some((name) => isOf(name, series))),
        at: seenAt,
      })),
      ...blinded.map(({ jobs }) => ({
        name: goneOf(jobs),
        series: without((series) => !jobs.some((job) => series.includes(`job="${job}"`))),
        at: seenAt,
      })),
    ].map((world) => [world.name, world]),
  ).values(),
);

function without(stays: (series: string) => boolean) {
  return Object.fromEntries(Object.entries(wellSeries).filter(([series]) => stays(series)));
}

function isOf(metric: string, series: string): boolean {
  const name = series.slice(0, series.indexOf("{"));
  return [metric, `${metric}_bucket`, `${metric}_count`].includes(name);
}

test.each(all)("in the state %s exactly those alerts fire that should", (name, { fires }) => {
  expect(firing.get(name)).toEqual([...fires, "Watchdog"].toSorted());
});

test("wakes nobody up twice for the same state", () => {
  const critical = alerts.filter(({ severity }) => severity === "critical");
  const twice = all.filter(
    ([, { fires }]) => critical.filter(({ name }) => fires.includes(name)).length > 1,
  );
  expect(twice).toEqual([]);
});

/** It takes hours or days until these fire: they have cases alone. */
const slow = ["TaskQueueWaitSLOSlowBurn", "TaskQueuePausedTooLong", "TaskQueueProcessingSlow"];

test("has a state for every alert, and names only alerts that there are", () => {
  const told = new Set([...all.flatMap(([, { fires }]) => fires), ...slow, "Watchdog"]);
  expect([...told].toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
});

test("has a state for every fault of the table in test/README.md", () => {
  const table = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const faults = [...table.matchAll(/^\| ([FD]\d+) /gm)].map(([, fault = ""]) => fault);
  const told = new Set(all.flatMap(([, state]) => state.faults));
  expect([new Set(faults), faults.length > 20]).toEqual([told, true]);
});

test("brings states about with series that are declared, with labels that they have", () => {
  const series = [wellSeries, ...Object.values(stateSeries)].flatMap((some) => Object.keys(some));
  const undeclared = series
    .flatMap(readSelectors)
    .filter(({ name, labels }) => !isDeclared(name, labels));
  expect(undeclared).toEqual([]);
  const unknown = series.filter((name) => !(name in wellSeries));
  expect(unknown).toEqual([]);
});

test.each(blinded)("$alert says nothing wrong when what it reads is missing", (one) => {
  const fired = firing.get(missingOf(one.names)) ?? [];
  expect(fired).toContain("Watchdog");
  expect(fired.filter((name) => !tellsOfMissing.includes(name))).toEqual(["Watchdog"]);
});

test.each(blinded.filter(({ jobs }) => jobs.length > 0))(
  "another alert tells when $alert is blind, as all its targets are gone",
  ({ jobs }) => {
    const fired = firing.get(goneOf(jobs)) ?? [];
    expect(fired).toEqual(expect.arrayContaining(jobs.map((job) => toldBy[job])));
    expect(fired.filter((name) => !tellsOfMissing.includes(name))).toEqual(["Watchdog"]);
  },
);
