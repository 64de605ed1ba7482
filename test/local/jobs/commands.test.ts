import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { readCallbackUrl } from "../../../src/queue/job-callback.ts";
import { defineTask } from "../../../src/task/task.ts";
import { runJobs } from "../../support/jobs-command.ts";
import { openFakeServer } from "../../support/fake-server.ts";
import { reservePort } from "../../support/ports.ts";
import { programEnvironment } from "../../support/program-environment.ts";
import { startProducer } from "../../support/producer.ts";
import { writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

async function openServer() {
  const { url, name } = await startProducer();
  await startWorker(name);
  return url;
}

test("submits a job and prints its id, for the other commands to tell of it", async () => {
  const url = await openServer();
  const submitted = await runJobs(url, ["submit", "quotient", "x=10", "y=4", "delayMs=0"]);
  expect(submitted).toEqual({ code: 0, stdout: expect.stringMatching(/^\w{26}\n$/), stderr: "" });
  const id = submitted.stdout.trim();
  expect(await runJobs(url, ["wait", id])).toEqual({ code: 0, stdout: "2.5\n", stderr: "" });
  const { code, stdout } = await runJobs(url, ["get", id]);
  expect([code, stdout.split("\n").slice(1, 6)]).toEqual([
    0,
    [
      "task      quotient",
      expect.stringMatching(/^queue {5}test-/),
      "status    succeeded",
      "result    2.5",
      'input     {"x":10,"y":4,"delayMs":0}',
    ],
  ]);
  const json = await runJobs(url, ["get", id, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ id, status: "succeeded", result: 2.5 });
});

test("cancels a job, and says of one that has ended that it has", async () => {
  const { url, name } = await startProducer();
  const submit = ["submit", "quotient", "x=1", "y=1", "delayMs=0"];
  const id = (await runJobs(url, submit)).stdout.trim();
  const ended = { code: 0, stdout: "cancelled\n", stderr: "" };
  expect(await runJobs(url, ["cancel", id])).toEqual(ended);
  const { stdout } = await runJobs(url, ["cancel", id, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ id, error_type: "cancelled_by_user" });
  expect(await runJobs(url, ["wait", id])).toMatchObject({ code: 1, stdout: "" });

  await startWorker(name);
  const other = (await runJobs(url, [...submit, "--wait", "--json"])).stdout;
  const { id: done } = JSON.parse(other);
  expect(await runJobs(url, ["cancel", done])).toEqual({
    code: 2,
    stdout: "",
    stderr: `409: the job "${done}" has succeeded already, expected one that has not ended\n`,
  });
  expect((await runJobs(url, ["cancel", "nobody"])).code).toBe(3);
  expect((await runJobs(url, ["cancel"])).stderr).toBe("cancel needs a job's id\n");
});

test("says of a job that failed why, beside what it prints", async () => {
  const url = await openServer();
  const args = ["submit", "quotient", "--input", "-", "y=0", "--wait", "--json", "--key", "once"];
  const ends = [];
  // The same key and input, so the same job.
  for (let i = 0; i < 2; i += 1) {
    ends.push(await runJobs(url, args, { stdin: '{"x": 7, "y": 2, "delayMs": 0}' }));
  }
  const [one, other] = ends.map(({ stdout }) => JSON.parse(stdout));
  expect(one).toMatchObject({ status: "failed", input: { x: 7, y: 0, delayMs: 0 } });
  expect(other).toEqual(one);
  expect(ends.map(({ code }) => code)).toEqual([1, 1]);
  expect(ends[0]?.stderr).toBe(
    `submitted as ${one.id}: ${url}/jobs/${one.id}\n` +
      `the job "${one.id}" failed as division_by_zero: cannot divide 7 by zero\n`,
  );
});

test("says what was expected of what cannot be meant, and queues nothing", async () => {
  const { url, queue } = await startProducer();
  const fields = `quotient takes:
  x        number                 The dividend.
  y        number                 The divisor.
  delayMs  integer, default 5000
`;
  const mistakes: readonly (readonly [args: readonly string[], said: string])[] = [
    [[], "no command, expected one of: submit, get, wait, cancel, logs; --help tells more\n"],
    [
      ["frob"],
      'unknown command "frob", expected one of: submit, get, wait, cancel, logs; --help tells more\n',
    ],
    [["get"], "get needs a job's id\n"],
    [["wait", "a", "b"], 'unexpected argument "b"\n'],
    [["submit"], `submit needs a task\n${fields}`],
    [["submit", "divid", "x=1"], 'there is no task "divid", expected one of: quotient\n'],
    [["submit", "quotient", "x"], '"x" is no field, expected one like x=10\n'],
    [["submit", "quotient", "x=1", "x=2"], 'the field "x" is there twice\n'],
    [["submit", "quotient", "--input", "[1]"], `--input must be a JSON object like '{"x": 10}'\n`],
    [["get", "a", "--timeout", "soon"], '--timeout: expected a number of seconds, got "soon"\n'],
    [
      ["submit", "quotient", "x=1", "y=2", "--in", "10"],
      '--in: expected a duration like 90s, 10m, 2h or 7d, got "10"\n',
    ],
    [
      ["submit", "quotient", "x=1", "y=2", "--in", "1m", "--at", "2026-12-01T02:00:00Z"],
      "got both --at and --in, expected one of them\n",
    ],
    [
      ["submit", "quotient", "x=1", "y=2", "--at", "tomorrow"],
      '--at: got "tomorrow", expected a time with its offset, such as "2026-12-01T02:00:00Z", at most 365 days ahead\n',
    ],
    [
      ["submit", "quotient", "x=1", "y=2", "--in", "366d"],
      "--in: got 31622400000, expected a whole number from 0 to 31536000000\n",
    ],
    [
      ["submit", "quotient", "x=ten", "y=2", "z=1"],
      `the input does not fit the task "quotient"
  x: Invalid input: expected number, received string
  Unrecognized key: "z"
${fields}`,
    ],
    [
      ["submit", "quotient", "x=12345678901234567890", "y=2"],
      "400: the body holds a number that would not come back as it was sent; " +
        "/input/x: 12345678901234567890 would come back as 12345678901234567000, " +
        "expected a number that a double can hold\n",
    ],
  ];
  for (const [args, said] of mistakes) {
    expect([args, await runJobs(url, args)]).toEqual([args, { code: 2, stdout: "", stderr: said }]);
  }
  expect(await queue.getJobs()).toEqual([]);
});

test("submits a job to be started at a time, or after one", async () => {
  const { url } = await startProducer();
  const args = ["submit", "quotient", "x=10", "y=4", "--json"];
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const { stdout } = await runJobs(url, [...args, "--at", at]);
  expect(JSON.parse(stdout).waiting).toEqual({ reason: "delayed", retry_at: at });
  const later = JSON.parse((await runJobs(url, [...args, "--in", "10m"])).stdout);
  const waitMs = Date.parse(later.waiting.retry_at) - Date.parse(later.created_at);
  expect(waitMs).toBe(600_000);
});

test("sends the token that it is given, and says what to do without one", async () => {
  const { usersFile, submit, view } = writeTokens();
  const { url, queue } = await startProducer({ usersFile, publicAccess: "off" });
  const args = ["submit", "quotient", "x=10", "y=4"];
  const made = 'to one that "npm run user -- token NAME --role submit" has made there\n';
  expect(await runJobs(url, args)).toEqual({
    code: 3,
    stdout: "",
    stderr: `401: a token is needed, expected "Authorization: Bearer …"\nset TRIPOD_TOKEN ${made}`,
  });
  expect(await runJobs(url, args, { token: "tripod_wrong" })).toEqual({
    code: 3,
    stdout: "",
    stderr:
      "401: the token is not known, or no longer\n" +
      `the one in TRIPOD_TOKEN is none: set it ${made}`,
  });
  expect(await runJobs(url, args, { token: view.token })).toMatchObject({
    code: 3,
    stderr: '403: the token "view-token" may look at jobs, and submit or cancel none\n',
  });
  expect(await runJobs(url, args, { token: "two words" })).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "TRIPOD_TOKEN: the token has blanks, or characters that no token has, " +
      'expected one like "tripod_0123abcd…"\n',
  });
  expect(await queue.getJobs()).toEqual([]);
  const { code, stdout } = await runJobs(url, args, { token: submit.token });
  expect([code, (await queue.getJobs()).map(({ id }) => id)]).toEqual([0, [stdout.trim()]]);
});

test("has a job's end told to an address, which the server judges", async () => {
  const { url, queue } = await startProducer({
    callbacks: { secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` },
  });
  const args = ["submit", "quotient", "x=10", "y=4", "--callback"];
  const taken = await runJobs(url, [...args, "https://example.com/ended"]);
  const job = await queue.getJob(taken.stdout.trim());
  expect(readCallbackUrl(job?.opts ?? {})).toBe("https://example.com/ended");
  const refused = await runJobs(url, [...args, "example.com"]);
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toMatch(/^--callback: the callback_url .*expected/);
});

test("says that nothing is there, or no such job", async () => {
  const { url } = await startProducer();
  const none = await runJobs(url, ["get", `a${"2".repeat(25)}`]);
  expect([none.code, none.stdout, none.stderr]).toEqual([
    3,
    "",
    expect.stringContaining("404: there is no job"),
  ]);
  const gone = `http://127.0.0.1:${await reservePort()}`;
  const input = ["submit", "quotient", "--input", "{}"];
  for (const args of [["get", "a"], ["submit", "quotient", "x=1"], input]) {
    const { code, stdout, stderr } = await runJobs(gone, [...args, "--timeout", "3"]);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/ECONNREFUSED/);
    expect(stderr).toMatch(/start it with "npm start", or set TRIPOD_URL to where it is\n$/);
  }
});

test("ends at the time that it was given, and by Ctrl-C, without its job", async () => {
  const { url } = await startProducer();
  const args = ["submit", "quotient", "x=1", "y=1", "--wait"];
  const late = await runJobs(url, [...args, "--timeout", "4"]);
  expect([late.code, late.stdout]).toEqual([4, ""]);
  expect(late.stderr).toMatch(/has not ended within \d+ ms; it is waiting: no workers/);
  const aborting = new AbortController();
  const options = { signal: aborting.signal, onStderr: () => aborting.abort() };
  const cut = await runJobs(url, args, options);
  expect([cut.code, cut.stdout]).toEqual([130, ""]);
  expect(cut.stderr).toMatch(/the job "(\w+)" goes on: "npm run jobs -- wait \1" waits again\n$/);
});

test("says under which key to submit again what may have been queued", async () => {
  const url = await openFakeServer((_, response) => {
    response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "60" });
    response.end(JSON.stringify({ status: 503, kind: "unknown", detail: "no answer in time" }));
  });
  const args = ["submit", "quotient", "--input", "{}", "--key", "once"];
  expect(await runJobs(url, args)).toEqual({
    code: 3,
    stdout: "",
    stderr:
      "the job may have been queued: submitted again with --key once, it is one job\n" +
      "503: no answer in time\n",
  });
});

test("lets no command for a terminal through in what it says", async () => {
  const url = await openFakeServer((_, response) => {
    response.writeHead(400, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ status: 400, detail: "\u001b[2Jgone" }));
  });
  const { stderr } = await runJobs(url, ["get", "a"]);
  expect(stderr).toBe("400: \\u001b[2Jgone\n");
});

test("is a program that reads its address from the environment, and exits with the code", async () => {
  const main = join(import.meta.dirname, "../../../src/local/jobs/main.ts");
  const env = { ...programEnvironment, TRIPOD_URL: "nonsense" };
  await expect(
    promisify(execFile)(process.execPath, [main, "get", "a"], { env }),
  ).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: 'TRIPOD_URL: "nonsense" is no address, expected one like "http://localhost:8080"\n',
  });
});

test("prints what a job logs, as it comes, until it has ended", async () => {
  const talker = defineTask({
    title: "Talker",
    description: "Logs, and waits to be released.",
    input: z.strictObject({}),
    timeLimitMs: 30_000,
    async run(_, job) {
      job.log.info("begun", { rows: 3 });
      await released;
      job.log.warn("done\u001b[31m");
    },
  });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const tasks = new Map([["talker", talker]]);
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const { stdout } = await runJobs(url, ["submit", "talker"]);
  const id = stdout.trim();
  const begun = await until("the first line", async () => {
    const { stdout: printed } = await runJobs(url, ["logs", id]);
    return printed !== "" && printed;
  });
  expect(begun).toMatch(/^20\d\d-\S+Z info {2}begun {"rows":3}\n$/);
  const following = runJobs(url, ["logs", id, "--follow"]);
  release();
  const { code, stdout: followed } = await following;
  expect([code, followed.split("\n").map((line) => line.slice(25))]).toEqual([
    0,
    ['info  begun {"rows":3}', expect.stringMatching(/^warn {2}done/), ""],
  ]);
  const { stdout: json } = await runJobs(url, ["logs", id, "--json"]);
  expect(
    json
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { number: 1, level: "info", attempt: 1 },
    { number: 2, level: "warn", attempt: 1 },
  ]);
  expect(await runJobs(url, ["logs", "a".repeat(26)])).toMatchObject({ code: 3, stdout: "" });
});
