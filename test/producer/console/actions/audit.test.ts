import { expect, test } from "vitest";
import { readAudit } from "../../../../src/queue/audit.ts";
import { readActs } from "../../../../src/queue/job-acts.ts";
import { boardPaths } from "../../../../src/contract/paths.ts";
import { startConsole } from "../../../support/console.ts";
import { submitDivision } from "../../../support/client.ts";
import { collectLog } from "../../../support/telemetry.ts";
import { authorizationOf, writeUsers } from "../../../support/users.ts";

const everything = { filter: {}, count: 100 };

test("whatever an operator asks for is noted with who, what, why, from where, and how it ended", async () => {
  const { log, lines } = collectLog();
  const usersFile = await writeUsers("operator");
  const { url, ask, queue, redis } = await startConsole({ usersFile, log });
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const reason = "it was\nnot needed";
  await ask(`/api/v1/jobs/${id}/cancel`, { as: authorizationOf("operator"), json: { reason } });
  await ask(`/api/v1/jobs/${id}/promote`, { method: "POST" });
  const { entries, before } = await readAudit(queue, redis, everything);
  expect(before).toBeUndefined();
  const common = { on: "job", target: id, from: "127.0.0.1", role: "operator" };
  expect(entries).toMatchObject([
    { ...common, by: "admin", action: "promote", end: { outcome: "refused" } },
    { ...common, by: "operator", action: "cancel", reason, end: { outcome: "done" } },
  ]);
  expect(entries[0]?.end?.detail).toContain("expected one that waits for its time");
  expect(entries[0]?.at).toBeGreaterThan(Date.now() - 600_000);
  expect(await readActs(queue, redis, id)).toMatchObject([
    { by: "operator", action: "cancel", reason },
  ]);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      msg: "an operator acted on a job",
      job_id: id,
      action: "cancel",
      user: "operator",
      reason,
      outcome: "done",
    }),
  );
});

test("what Bull Board writes is noted as well, and who only looks is not", async () => {
  const { ask, queue, redis, name } = await startConsole();
  await ask(`${boardPaths.api}/queues`);
  await ask(`${boardPaths.api}/queues/${name}/pause`, { method: "PUT" });
  await ask(`${boardPaths.api}/queues/${name}/nothing/retry`, { method: "PUT" });
  const { entries } = await readAudit(queue, redis, everything);
  expect(entries).toMatchObject([
    { on: "board", end: { outcome: "refused" } },
    {
      by: "admin",
      on: "board",
      target: `PUT /api/queues/${name}/pause`,
      end: { outcome: "done" },
    },
  ]);
});

test("nothing is done where it cannot be noted", async () => {
  const { url, ask, queue, redis } = await startConsole();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await redis.set(queue.toKey("audit"), "no stream");
  expect((await ask(`/api/v1/jobs/${id}/cancel`, { method: "POST" })).status).toBe(500);
  expect(await queue.getWaitingCount()).toBe(1);
});
