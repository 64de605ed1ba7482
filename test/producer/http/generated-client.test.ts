import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import openapiTypescript, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";
import { readBody } from "../../support/client.ts";
import { compile, createProgramFolder } from "../../support/compiler.ts";
import { startProducer } from "../../support/producer.ts";
import { loadTwoTasks } from "../../support/second-task.ts";
import { startWorker } from "../../support/worker.ts";

const run = promisify(execFile);

/** Uses every operation, and no cast. */
const program = `
import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

const { GET, POST } = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

function tell(job: components["schemas"]["Job"]): string {
  switch (job.status) {
    case "waiting": return job.waiting?.reason ?? "new";
    case "working": return \`since \${job.started_at}\`;
    case "succeeded": return \`gives \${JSON.stringify(job.result)}\`;
    case "failed": return \`\${job.error_type}: \${job.error.toUpperCase()}\`;
  }
}

for (const y of [2, 0]) {
  const { data: queued, error } = await POST("/api/v1/jobs", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { task: "quotient", input: { x: 10, y, delayMs: 0 } },
  });
  if (queued === undefined) throw new Error(\`\${error.status} \${error.kind ?? error.detail}\`);
  const params = { path: { id: queued.id } };
  const watched = await GET("/api/v1/jobs/{id}/events", { params, parseAs: "stream" });
  for await (const _ of watched.data ?? []);
  const { data: job, error: gone } = await GET("/api/v1/jobs/{id}", { params });
  console.log(job === undefined ? gone.title : tell(job));
}
const { data: batch, error: refused } = await POST("/api/v1/jobs/batch", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: [
    { task: "quotient", input: { x: 10, y: 5, delayMs: 0 }, idempotency_key: "own" },
    {
      task: "repeat",
      input: { text: "", times: 1, separator: "space", spelling: {}, loud: false },
    },
  ],
});
if (batch === undefined) throw new Error(refused.detail);
for (const row of batch.rows) {
  console.log(row.outcome === "refused" ? row.problem.errors?.[0]?.pointer : row.id.length);
}
const { data: snapshots = [] } = await GET("/api/v1/overview", { params: { query: { after: "" } } });
console.log(typeof snapshots.at(-1)?.queue?.waiting, snapshots.at(-1)?.last_minute?.failures.overflow);
const queue = await GET("/api/v1/overview/events", { parseAs: "stream" });
console.log(queue.response.status);
await queue.data?.cancel();
`;

/** Each of these lines is a mistake, which the types have to tell. */
const mistakes = `
import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

const { GET, POST } = createClient<paths>();
declare const job: components["schemas"]["Job"];

// @ts-expect-error there is no such task
void POST("/api/v1/jobs", { body: { task: "nothing", input: { x: 10, y: 2 } } });
// @ts-expect-error a field is missing
void POST("/api/v1/jobs", { body: { task: "quotient", input: { x: 10 } } });
// @ts-expect-error it is another task's input
void POST("/api/v1/jobs", { body: { task: "repeat", input: { x: 10, y: 2 } } });
// @ts-expect-error there is no such field
void POST("/api/v1/jobs", { body: { task: "quotient", input: { x: 10, y: 2, z: 1 } } });
// @ts-expect-error a row lacks a field
void POST("/api/v1/jobs/batch", { body: [{ task: "quotient", input: { x: 10 } }] });
// @ts-expect-error a job is read by its id
void GET("/api/v1/jobs/{id}");
// @ts-expect-error only a job that has succeeded has a result
void job.result;
// @ts-expect-error there is no such status
void (job.status === "done");
// @ts-expect-error one that failed says why
if (job.status === "failed") job.error satisfies undefined;
`;

/** A folder with these programs, and the types that are generated from the producer's document. */
async function createClientFolder(url: string, programs: Readonly<Record<string, string>>) {
  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  const types = astToString(await openapiTypescript(document));
  return createProgramFolder({ ...programs, "api.ts": types });
}

// A compiler that starts anew has all types to read: where much else runs, that takes a minute.
test("a generated client does all of it without a cast, and tells mistakes", async () => {
  const tasks = await loadTwoTasks();
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const programs = { "program.ts": program, "mistakes.ts": mistakes };
  const folder = await createClientFolder(url, programs);

  expect(await compile(folder)).toBe("");
  const { stdout } = await run(process.execPath, [join(folder, "program.ts"), url]);
  expect(stdout.trim().split("\n")).toEqual([
    "gives 5",
    "division_by_zero: CANNOT DIVIDE 10 BY ZERO",
    "26",
    "/input/text",
    "number undefined",
    "200",
  ]);
});
