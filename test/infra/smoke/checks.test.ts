import { expect, test } from "vitest";
import { createBasis } from "../../../infra/smoke/checks.ts";
import { createDeployment, type Deployment } from "../../../infra/smoke/deployment.ts";

/** What is said of a producer that is not ready, where its reasons can be read, and where not. */
async function explain(readReasons: Deployment["readReasons"]): Promise<string | undefined> {
  const deployment: Deployment = {
    ...createDeployment(new URL("http://producer.invalid")),
    get: async () => ({ status: 503, headers: new Headers(), text: '{"ready":false}' }),
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

test("who cannot read the reasons is told where they are, and what each means", async () => {
  const told = await explain(async () => {
    throw new Error("closed");
  });
  expect(told).toContain('"curl -s localhost:9464/readyz" says why: WRONGPASS or NOAUTH');
});
