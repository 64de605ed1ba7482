import { expect, test } from "vitest";
import { createFlows } from "../../infra/flows.ts";

const all = createFlows({ administrator: true, monitor: true });

// The one list of this kind: whoever opens a port or lets in a caller reviews what it adds here.
test("exactly these flows pass in the widest deployment", () => {
  const flows = all.map(({ from, to, port }) => `${from} -> ${to}:${port}`);
  expect(flows.toSorted()).toMatchInlineSnapshot(`
    [
      "administrator -> monitor:22",
      "administrator -> monitor:3000",
      "administrator -> producer:22",
      "administrator -> producer:8081",
      "administrator -> producer:9464",
      "administrator -> redis:22",
      "administrator -> worker:22",
      "internet -> producer:80",
      "monitor -> internet:443",
      "monitor -> internet:80",
      "monitor -> producer:9100",
      "monitor -> producer:9464",
      "monitor -> redis:6379",
      "monitor -> redis:9100",
      "monitor -> worker:9100",
      "monitor -> worker:9464",
      "producer -> internet:443",
      "producer -> internet:80",
      "producer -> monitor:3100",
      "producer -> monitor:4318",
      "producer -> redis:6379",
      "redis -> internet:443",
      "redis -> internet:80",
      "worker -> internet:443",
      "worker -> internet:80",
      "worker -> monitor:3100",
      "worker -> monitor:4318",
      "worker -> redis:6379",
    ]
  `);
});

test.each([
  { administrator: false, monitor: false },
  { administrator: true, monitor: false },
  { administrator: false, monitor: true },
])("nothing passes from or to who is not there (%j)", (surroundings) => {
  const absent = Object.entries(surroundings).flatMap(([peer, exists]) => (exists ? [] : [peer]));
  const expected = all.filter(({ from, to }) => !absent.includes(from) && !absent.includes(to));
  expect(createFlows(surroundings)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(5);
  expect(expected.length).toBeLessThan(all.length);
});

test("every flow has a name of its own", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
