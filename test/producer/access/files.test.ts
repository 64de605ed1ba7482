import { expect, test } from "vitest";
import { keepFile, submitFile, uploadFile, writeDivisions } from "../../support/file-batch.ts";
import { startProducer } from "../../support/producer.ts";
import { addToken, writeTokens } from "../../support/tokens.ts";

test("a token that submits sees and submits its own files, and those of nobody else", async () => {
  const { usersFile, submit } = writeTokens();
  const other = addToken(usersFile, "other", "submit");
  const { url, queue } = await startProducer({ usersFile });
  const own = await keepFile(url, writeDivisions(2), submit.headers);
  const others = await keepFile(url, writeDivisions(2), other.headers);
  const strangers = await keepFile(url, writeDivisions(2));
  const nowhere = `/batches/${"a".repeat(26)}`;
  const statuses = async (path: string) => {
    const seen = await fetch(`${url}${path}`, submit);
    const results = await fetch(`${url}${path}/results.csv`, submit);
    return [seen.status, results.status, (await submitFile(url, path, submit.headers)).status];
  };
  expect(await statuses(own)).toEqual([200, 200, 303]);
  for (const path of [others, strangers, nowhere]) {
    expect(await statuses(path)).toEqual([404, 404, 404]);
  }
  expect(await queue.count()).toBe(2);
});

test("what one has begun another goes on with, and makes no second job of a row", async () => {
  const { usersFile, operate } = writeTokens();
  const { url, queue, redis } = await startProducer({ usersFile });
  const path = await keepFile(url, writeDivisions(2));
  expect((await submitFile(url, path)).status).toBe(303);
  // As where the producer was killed before it had noted what came of the rows.
  const file = queue.toKey(`file:${path.split("/").at(-1) ?? ""}`);
  expect(await redis.del(`${file}:done`)).toBe(1);
  await redis.hset(file, "state", "begun");
  expect((await submitFile(url, path, operate.headers)).status).toBe(303);
  expect(await redis.hlen(`${file}:done`)).toBe(2);
  expect(await queue.count()).toBe(2);
});

test("a token that only views sees a file's rows, and neither sends nor submits one", async () => {
  const { usersFile, view } = writeTokens();
  const { url, queue } = await startProducer({ usersFile });
  const path = await keepFile(url, writeDivisions(2));
  const page = await fetch(`${url}${path}`, view);
  expect([page.status, (await page.text()).includes("Submit 2 jobs")]).toEqual([200, false]);
  expect((await submitFile(url, path, view.headers)).status).toBe(403);
  expect((await uploadFile(url, writeDivisions(2), view.headers)).status).toBe(403);
  expect(await queue.count()).toBe(0);
});

test.each(["signed-in", "off"] as const)(
  "where strangers may not submit (%s), none sends or submits a file",
  async (publicAccess) => {
    const { usersFile, submit } = writeTokens();
    const { url, queue } = await startProducer({ usersFile, publicAccess });
    const sent = await uploadFile(url, writeDivisions(2));
    expect(sent.headers.get("location") ?? "").not.toContain("/batches/");
    const path = await keepFile(url, writeDivisions(2), submit.headers);
    const submitted = await submitFile(url, path);
    expect(submitted.headers.get("location") ?? "").not.toContain("/batches/");
    expect(await queue.count()).toBe(0);
    expect((await submitFile(url, path, submit.headers)).status).toBe(303);
    expect(await queue.count()).toBe(2);
  },
);

test("a file is not submitted by a form of another site", async () => {
  const { url, queue } = await startProducer();
  const path = await keepFile(url, writeDivisions(2));
  for (const origin of ["http://evil.example", "null", ""]) {
    expect((await submitFile(url, path, { origin })).status).toBe(403);
  }
  expect(await queue.count()).toBe(0);
});
