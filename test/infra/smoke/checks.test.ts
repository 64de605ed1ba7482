import { expect, test } from "vitest";
import { createBasis } from "../../../infra/smoke/checks.ts";
import { createDeployment, type Deployment } from "../../../infra/smoke/deployment.ts";

/**
 * What is said of a producer that is not ready, where its reasons can be read, and where not; it
 * answers with these statuses in turn, and with the last one from then on.
 */
async function explain(
  readReasons: Deployment["readReasons"],
  statuses: readonly number[] = [503],
): Promise<string | undefined> {
  const left = [...statuses];
  const deployment: Deployment = {
    ...createDeployment(new URL("http://producer.invalid")),
    get: async () => {
      const status = (left.length > 1 ? left.shift() : left[0]) ?? 503;
      return { status, headers: new Headers(), text: "" };
    },
    readReasons,
  };
  const check = createBasis(deployment).find(({ promise }) => promise.includes("with Redis"));
  return check?.run();
}

test.each([
  ["redis refuses: WRONGPASS", "Redis refuses its password: the hosts come from different"],
  ["draining", "the producer is shutting down"],
  ["redis has used 96 of its 100 bytes", "Redis is full"],
  ["redis is not reachable: connect ECONNREFUSED", "does not reach Redis: Redis is stopped"],
])("an administrator who can read that %j is told what to do", async (reason, told) => {
  expect(await explain(async () => JSON.stringify({ reasons: [reason] }))).toContain(told);
});

test("a producer that missed a moment is asked again", async () => {
  expect(await explain(async () => "draining", [503, 503, 200])).toBeUndefined();
  expect(await explain(async () => "draining", [503, 503, 503, 200])).toContain("shutting down");
});

test("who cannot read the reasons is told where they are, and what each means", async () => {
  const told = await explain(async () => {
    throw new Error("closed");
  });
  expect(told).toContain('"curl -s localhost:9464/readyz" says why: WRONGPASS or NOAUTH');
});
