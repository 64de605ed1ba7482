import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createToken } from "../../../src/producer/access/token.ts";
import { readSubmitter } from "../../../src/queue/job-owner.ts";
import { loadTasks } from "../../../src/task/registry.ts";
import { readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { startDemo } from "../../support/demo.ts";
import { startLauncher } from "../../support/launcher.ts";
import { startProducer } from "../../support/producer.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("accounts for every job over a burst, a pause and a worker's restart", async () => {
  const { url, dataFolder, untilOutput } = await startLauncher();
  await untilOutput("Ctrl-C drains");
  const { ended, output, counts } = startDemo({ TRIPOD_DATA: dataFolder }, ["--seconds", "6"]);
  expect([await ended, output().includes("nothing is paused")]).toEqual([0, false]);

  // Six seconds of four, of which one in ten is no valid input; a burst of 26; and a first one.
  expect(counts()).toEqual({
    submitted: 48,
    succeeded: 41,
    failed: 7,
    "still queued": 0,
    lost: 0,
  });
  expect(output()).toMatch(/submitted {7}48 {3}3 more were refused as invalid input/);
  expect(output()).toMatch(/failed {11}7 {3}division_by_zero 4, overflow 3/);
  expect(output().match(/^\d\d:\d\d {3}waiting/gm)?.length).toBeGreaterThanOrEqual(6);
  for (const note of ["the queue is paused for 2 s", "the queue is resumed", "a burst of 26"]) {
    expect(output()).toContain(note);
  }
  await untilOutput("worker   | ended (exit code 0), starts again in 1 s");
  const { id } = await submitDivision(url, { x: 4, y: 2 });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: 2 });
});

test("resumes the queue that it has paused when it is stopped", async () => {
  const { url, dataFolder, untilOutput } = await startLauncher();
  await untilOutput("Ctrl-C drains");
  const demo = startDemo({ TRIPOD_DATA: dataFolder }, ["--seconds", "8"]);
  await until("the pause", () => demo.output().includes("the queue is paused"));
  demo.child.kill("SIGINT");
  expect([await demo.ended, demo.output().includes("the queue is resumed")]).toEqual([0, false]);
  expect(demo.counts()).toMatchObject({ lost: 0 });
  const { id } = await submitDivision(url, { x: 4, y: 2 });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: 2 });
});

test("pauses and restarts nothing that is no deployment of npm start on this machine", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const env = { TRIPOD_DATA: createTemporaryFolder(), TRIPOD_URL: url };
  const { ended, output, counts } = startDemo(env, ["--seconds", "2"]);
  expect(await ended).toBe(0);
  expect(output()).toContain(
    `nothing is paused or restarted: "${url}" is not known as something that "npm start" runs on this machine\n`,
  );
  expect(output()).not.toContain("the queue is paused");
  expect(counts()).toMatchObject({ submitted: 30, lost: 0 });
});

test("fails when jobs that were taken are not known any more, and names them", async () => {
  const { url } = await startProducer();
  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  let taken = 0;
  const forgetful = createServer((request, response) => {
    if (request.method === "POST") response.writeHead(202).end(`{"id":"t-${(taken += 1)}"}`);
    else if (request.url === "/api/openapi.json") response.end(JSON.stringify(document));
    else response.writeHead(request.url === "/healthz" ? 200 : 404).end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void forgetful.close());
  await once(forgetful, "listening");
  const address = forgetful.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  const env = { TRIPOD_DATA: "/nowhere", TRIPOD_URL: `http://127.0.0.1:${address.port}` };
  const { ended, output, counts } = startDemo(env, ["--seconds", "1"]);
  expect([await ended, counts()]).toEqual([
    1,
    { submitted: taken, succeeded: 0, failed: 0, "still queued": 0, lost: taken },
  ]);
  const named = /^lost +\d+ +(.*)$/m.exec(output())?.[1]?.split(", ");
  expect(new Set(named)).toEqual(new Set(Array.from({ length: taken }, (_, i) => `t-${i + 1}`)));
});

test("makes inputs up for a task that has no example", async () => {
  const tasks = await loadTasks(new URL("../../support/second-tasks/", import.meta.url));
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const env = { TRIPOD_DATA: "/nowhere", TRIPOD_URL: url };
  const { ended, output, counts } = startDemo(env, ["--seconds", "1"]);
  expect([await ended, counts()]).toEqual([
    0,
    { submitted: 25, succeeded: 25, failed: 0, "still queued": 0, lost: 0 },
  ]);
  expect(output()).toMatch(/submitted {7}25 {3}1 more were refused as invalid input/);
});

test("says how to start what it needs when nothing answers", async () => {
  const env = { TRIPOD_DATA: "/nowhere", TRIPOD_URL: "http://127.0.0.1:1/" };
  const { ended, output } = startDemo(env, []);
  expect([await ended, output()]).toEqual([
    1,
    'nothing answers at "http://127.0.0.1:1": start it with "npm start", or set TRIPOD_URL to where it is\n',
  ]);
});

test.for(["0", "-1", "1.5", "soon", ""])("takes %j for no number of seconds", async (seconds) => {
  const { ended, output } = startDemo({ TRIPOD_DATA: "/nowhere" }, [`--seconds=${seconds}`]);
  expect([await ended, output()]).toEqual([
    1,
    `--seconds: expected a whole number from 1 to 9999, got "${seconds}"\n`,
  ]);
});

test("sends the token in TRIPOD_TOKEN, and ends with what is wrong where there is none", async () => {
  const { usersFile, submit } = writeTokens();
  const { url, name, queue } = await startProducer({ usersFile, publicAccess: "off" });
  await startWorker(name);
  const env = { TRIPOD_DATA: createTemporaryFolder(), TRIPOD_URL: url };
  const without = startDemo(env, ["--seconds", "1"]);
  expect(await without.ended).toBe(1);
  expect(without.output()).toMatch(/^401: a token is needed.*\nset TRIPOD_TOKEN to one that/m);
  const wrong = startDemo({ ...env, TRIPOD_TOKEN: createToken() }, ["--seconds", "1"]);
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toMatch(/^401: .*\nthe one in TRIPOD_TOKEN is none: set it to one that/m);
  const right = startDemo({ ...env, TRIPOD_TOKEN: submit.token }, ["--seconds", "1"]);
  expect([await right.ended, right.output()]).toEqual([0, expect.stringContaining("submitted")]);
  expect(right.counts()).toMatchObject({ lost: 0, "still queued": 0 });
  const [job] = await queue.getJobs();
  expect(readSubmitter(job?.opts ?? {})).toBe(submit.name);
});
