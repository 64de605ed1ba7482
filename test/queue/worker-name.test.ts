import { expect, test } from "vitest";
import { createWorkerName, parseWorkerName } from "../../src/queue/worker-name.ts";

test.for([
  [{ host: "ip-10-0-1-5", release: "0123456789" }, "ip-10-0-1-5@0123456-1a2b3c4d", "0123456"],
  [{ host: "a.b", release: "unknown" }, "a.b@unknown-1a2b3c4d", undefined],
  [{ host: "a-b" }, "a-b@unknown-1a2b3c4d", undefined],
] as const)("a worker's name tells where it runs: %o", ([place, name, release]) => {
  expect(createWorkerName(place, "1a2b3c4d")).toBe(name);
  expect(parseWorkerName(name)).toEqual({ host: place.host, ...(release && { release }) });
});

test("a worker's name is one that Redis takes for a client, whatever its host is called", () => {
  const name = createWorkerName({ host: "Bob's\n host@é", release: "v 1" }, "1a2b3c4d");
  expect(name).toMatch(/^[!-~]+$/);
  expect(parseWorkerName(name)).toEqual({ host: "Bob_s__host__", release: "v_1" });
});

test.for(["vm-1a2b3c4d", "", "a@b", "@", "a b@c-d"])("the name %o tells nothing", (name) => {
  expect(parseWorkerName(name)).toBe(undefined);
});
