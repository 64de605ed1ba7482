import { expect, test } from "vitest";
import { createFlows } from "../../infra/flows.ts";

const between = (flows: ReturnType<typeof createFlows>) =>
  flows.map(({ from, to, port }) => `${from} -> ${to}:${port}`).toSorted();

const always = [
  "internet -> producer:80",
  "producer -> internet:443",
  "producer -> internet:80",
  "producer -> redis:6379",
  "redis -> internet:443",
  "redis -> internet:80",
  "worker -> internet:443",
  "worker -> internet:80",
  "worker -> redis:6379",
];
const administration = [
  "administrator -> producer:22",
  "administrator -> producer:8081",
  "administrator -> redis:22",
  "administrator -> worker:22",
];
const monitoring = [
  "monitor -> internet:443",
  "monitor -> internet:80",
  "monitor -> producer:9100",
  "monitor -> producer:9464",
  "monitor -> redis:6379",
  "monitor -> redis:9100",
  "monitor -> worker:9100",
  "monitor -> worker:9464",
  "producer -> monitor:3100",
  "producer -> monitor:4318",
  "worker -> monitor:3100",
  "worker -> monitor:4318",
];
const administrationOfMonitor = ["administrator -> monitor:22", "administrator -> monitor:3000"];

test.each([
  { administrator: false, monitor: false, expected: always },
  { administrator: true, monitor: false, expected: [...always, ...administration] },
  { administrator: false, monitor: true, expected: [...always, ...monitoring] },
  {
    administrator: true,
    monitor: true,
    expected: [...always, ...administration, ...monitoring, ...administrationOfMonitor],
  },
])(
  "exactly these flows pass (administrator: $administrator, monitor: $monitor)",
  ({ expected, ...surroundings }) => {
    expect(between(createFlows(surroundings))).toEqual(expected.toSorted());
  },
);

test("every flow has a name of its own", () => {
  const names = createFlows({ administrator: true, monitor: true }).map(({ name }) => name);
  expect(names).toHaveLength(27);
  expect(new Set(names).size).toBe(27);
});
