import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { submitDivision, readJob, untilFinal } from "../../support/client.ts";
import { submitUntilTaken } from "../../support/honest-client.ts";
import { forkSources } from "../../support/fork.ts";
import { startLauncher } from "../../support/launcher.ts";
import { descendantsOf } from "../../support/process-tree.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

vi.setConfig({ testTimeout: 240_000 });

/** Three processes are started for it, one after the other two. */
const reloadMs = 60_000;

/** A launcher whose sources the test may change. */
async function startOnCopy() {
  const project = createTemporaryFolder();
  cpSync(forkSources(), project, { recursive: true, verbatimSymlinks: true });
  const launcher = await startLauncher({ project });
  await launcher.untilOutput("Ctrl-C drains", reloadMs);
  return { ...launcher, project, tasks: join(project, "src/tasks") };
}

function greeting(word: string): string {
  return `import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Greet",
  description: "Greets.",
  input: z.strictObject({ name: z.string() }),
  timeLimitMs: 1_000,
  run: async ({ name }) => \`${word}, \${name}!\`,
});
`;
}

/** What greeting somebody gives, once it does. */
async function greet(url: string): Promise<unknown> {
  const body = { task: "greet", input: { name: "Ada" } };
  // A producer that has just come may not have reached Redis yet, and says so.
  const id = await submitUntilTaken(url, body, () => undefined);
  return (await untilFinal(url, id)).result;
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

test("shows a new task within seconds, its next text too, and nothing of it when it is removed", async () => {
  const { url, tasks, untilOutput, output } = await startOnCopy();
  writeFileSync(join(tasks, "greet.ts"), greeting("Hello"));
  await untilOutput("tripod   | src/tasks/greet.ts changed: reloading", reloadMs);
  await untilOutput("tripod   | reloaded", reloadMs);
  // Whichever process a connection comes to.
  const pages = await Promise.all(
    Array.from({ length: 30 }, async () => fetch(`${url}/tasks/greet`)),
  );
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await greet(url)).toBe("Hello, Ada!");

  // As editors that write another file and rename it do.
  writeFileSync(join(tasks, "greet.ts~"), greeting("Bye"));
  renameSync(join(tasks, "greet.ts~"), join(tasks, "greet.ts"));
  await until("the second reload", () => countOf(output(), "| reloaded") === 2, reloadMs);
  expect(await greet(url)).toBe("Bye, Ada!");

  rmSync(join(tasks, "greet.ts"));
  await until("the third reload", () => countOf(output(), "| reloaded") === 3, reloadMs);
  await until("its page to go", async () => (await fetch(`${url}/tasks/greet`)).status === 404);
});

test("goes on as before while a file is broken, says what is wrong where, and mends with the next save", async () => {
  const { url, project, tasks, process: find, untilOutput, output } = await startOnCopy();
  const before = ["producer", "worker"].map((name) => find(name).pid);
  const part = join(tasks, "parts/words.ts");
  mkdirSync(join(tasks, "parts"));
  writeFileSync(part, 'export const word = "Hello" "there";\n');
  const source = greeting("${word}").replace(
    '"#task";',
    '"#task";\nimport { word } from "./parts/words.ts";',
  );
  writeFileSync(join(tasks, "greet.ts"), source);
  await untilOutput("cannot reload", reloadMs);
  expect(output()).toMatch(
    /^tripod {3}\| cannot reload: "tasks\/greet\.ts" cannot be loaded: SyntaxError .*\(src\/tasks\/parts\/words\.ts:1\); the services go on as they were until the next change$/m,
  );
  expect(["producer", "worker"].map((name) => find(name).pid)).toEqual(before);
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  expect(await untilFinal(url, id)).toMatchObject({ result: 5 });

  writeFileSync(part, 'export const word = "Hello";\n');
  await untilOutput("| reloaded", reloadMs);
  expect(await greet(url)).toBe("Hello, Ada!");

  // A part of the services themselves.
  const state = join(project, "src/queue/state.ts");
  const sound = readFileSync(state, "utf8");
  writeFileSync(state, `${sound}\nimport "./nowhere.ts";\n`);
  await until("the next problem", () => countOf(output(), "cannot reload") === 2, reloadMs);
  expect(output()).toMatch(
    /cannot reload: Cannot find module 'src\/queue\/nowhere\.ts' imported from src\/queue\/state\.ts;/,
  );
  expect(await greet(url)).toBe("Hello, Ada!");
});

test("lets what runs end in the old worker, and loses no job and no request over many reloads", async () => {
  const { url, tasks, child, output } = await startOnCopy();
  const long = await submitDivision(url, { x: 10, y: 2, delayMs: 12_000 });
  await until("it to run", async () => (await readJob(url, long.id)).status === "working");

  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const ids: string[] = [];
  const failures: unknown[] = [];
  const submitting = (async () => {
    while (!stop.signal.aborted) {
      try {
        ids.push((await submitDivision(url, { x: ids.length, y: 1, delayMs: 20 })).id);
      } catch (error) {
        failures.push(error);
      }
      // Within what a client may submit in a minute.
      await sleep(150);
    }
  })();
  for (let save = 1; save <= 3; save += 1) {
    writeFileSync(join(tasks, "greet.ts"), greeting(`Hello ${save}`));
    await until("a reload", () => countOf(output(), "| reloaded") === save, reloadMs);
  }
  stop.abort();
  await submitting;
  const ends = [];
  for (const id of [long.id, ...ids]) ends.push(await untilFinal(url, id));
  expect(ends.filter(({ status, attempts }) => status !== "succeeded" || attempts !== 1)).toEqual(
    [],
  );
  // A connection that waits to be accepted when the old producer closes its socket is cut.
  expect([ids.length > 20, failures.length <= 3]).toEqual([true, true]);
  await until("the old ones to end", () => {
    const running = descendantsOf(child.pid).map(({ command }) => command);
    return running.filter((command) => /(producer|worker)\/main\.ts/.test(command)).length === 2;
  });
});

test("reloads once for many saves in a burst, and not for what no service loads", async () => {
  const { tasks, project, untilOutput, output } = await startOnCopy();
  writeFileSync(join(tasks, "greet.test.ts"), "(");
  writeFileSync(join(tasks, ".#greet.ts"), "(");
  writeFileSync(join(project, "src/local/main.ts"), "(");
  for (let save = 1; save <= 60; save += 1) {
    writeFileSync(join(tasks, `task-${save % 10}.ts`), greeting(String(save)));
  }
  await untilOutput("| reloaded", reloadMs);
  expect(output()).toContain("src/tasks/task-0.ts and 9 more changed: reloading");
  writeFileSync(join(tasks, "last.ts"), greeting("Bye"));
  await until("another reload", () => countOf(output(), "| reloaded") === 2, reloadMs);
  expect(countOf(output(), "changed: reloading")).toBe(2);
});
