import { expect, test } from "vitest";
import { metrics } from "../../src/contract/metrics.ts";
import { alerts } from "../../dashboards/alerts/alerts.ts";
import { queues } from "../../src/contract/queues.ts";
import { readDashboards } from "../support/dashboards.ts";

/** Panel -> the alert that fires at its red value, or at its yellow one. */
const alertOf: Readonly<Record<string, readonly [alert: string, colour: "red" | "yellow"]>> = {
  "Oldest waiting job": ["TaskQueueOldestJobTooOld", "red"],
  Backlog: ["TaskQueueBacklogGrowing", "yellow"],
  "Workers busy": ["TaskQueueWorkersSaturated", "red"],
  Utilization: ["TaskQueueWorkersSaturated", "red"],
  "Failure ratio, 1 h": ["TaskQueueHighFailureRatio", "red"],
  Heartbeat: ["TaskQueueHeartbeatStale", "red"],
  "Time to drain": ["TaskQueueOldestJobMuchTooOld", "red"],
  "Longest running job": ["TaskQueueJobHung", "red"],
  "Round trip": ["TaskQueueRedisSlow", "red"],
  "Server errors": ["TaskQueueWebErrors", "red"],
  "Response time": ["TaskQueueWebSlow", "red"],
  "Event loop lag": ["NodeEventLoopBlocked", "red"],
  "Clock skew": ["TaskQueueClockSkew", "red"],
};

/** Panels that are red below a value: these fire there. */
const alertBelow: Readonly<Record<string, string>> = {
  "Free disk space": "HostDiskFilling",
};

/** Coloured, though no alert compares the same figure. */
const withoutAlert = ["Stalled jobs", "Succeeded", "Wait, p95"];

/** Green for 1 and red for 0: what is up or not has no threshold to agree on. */
const upOrDown = ["Workers connected", "Broker", "Services", "Queue", "Connections"];

interface Step {
  readonly value: number | null;
  readonly color: string;
}

const coloured = new Map(
  readDashboards()
    .flatMap(({ panels }) => panels)
    .map(({ title, fieldConfig }) => {
      const steps = (fieldConfig?.defaults.thresholds?.steps ?? []) as readonly Step[];
      return [title, steps] as const;
    })
    .filter(([, steps]) => steps.length > 1),
);

test("has an alert, or a reason for none, for every panel with colours", () => {
  const known = [...Object.keys(alertOf), ...Object.keys(alertBelow), ...withoutAlert, ...upOrDown];
  expect([...coloured.keys()].toSorted()).toEqual(known.toSorted());
});

test.each(Object.entries(alertOf))("colours %j where its alert fires", (title, [name, colour]) => {
  const value = coloured.get(title)?.find((step) => step.color === colour)?.value;
  expect(limitsOf(name, ">")).toContain(value);
});

test.each(Object.entries(alertBelow))("colours %j below where its alert fires", (title, name) => {
  const value = coloured.get(title)?.find((step) => step.color === "green")?.value;
  expect(limitsOf(name, "<")).toEqual([value]);
});

test.each(Object.entries(queues))(
  "measures the waits in %j at an edge of the histogram",
  (_name, { startWithinSeconds }) => {
    expect(metrics.jobWaitDuration.buckets).toContain(startWithinSeconds);
  },
);

/** What the alert's expression compares with by that operator. */
function limitsOf(name: string, operator: "<" | ">"): number[] {
  const expr = alerts.find((alert) => alert.name === name)?.expr ?? "";
  return [...expr.matchAll(new RegExp(`${operator} ([\\d.]+)`, "g"))].map(([, limit]) =>
    Number(limit),
  );
}
