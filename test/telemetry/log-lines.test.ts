import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type LineKind, lineLimits } from "../../src/contract/log-lines.ts";

/** Lines that no stranger can cause, each with what it comes from at most. */
const oursAlone: Readonly<Record<string, string>> = {
  "producer is up": "a start",
  "worker is up": "a start",
  stopping: "a stop",
  stopped: "a stop",
  "cannot stop cleanly": "a stop",
  "draining: no more jobs are taken": "a stop",
  "handing back what still runs after": "a stop",
  "jobs are left to be recovered as stalled": "a stop",
  "cannot go on": "a start",
  "jobs wait but none is started": "an exit",
  "redis is ready": "an outage of Redis",
  "redis is not reachable": "an outage of Redis",
  "redis refuses to work": "a pause of the worker",
  "cannot resume the worker": "a pause of the worker",
  "cannot pause the worker": "a pause of the worker",
  "cannot remove ended jobs": "a turn of the janitor",
  "cannot schedule the heartbeat": "a turn of the heartbeat",
  "cannot set the queue's limits": "a turn of the heartbeat",
  "event loop blocked past the time limit": "a block of seconds",
  "event loop blocked by a task": "a block of seconds",
  "cannot renew the locks of a blocked worker": "a block of seconds",
  "${signal} did not reach their receiver": "a minute of lost telemetry",
  "killed what a worker had left behind": "a start of the worker",
  "cannot keep the queue's schedules": "a series of failures",
  "cannot keep a schedule": "a series of failures",
  "cannot deliver callbacks": "a series of failures",
  "cannot report": "a series of failures",
  "removed schedules that no task has any more": "a release",
  "left out what a schedule has missed": "a schedule, once in its own time",
  "cannot use the whole file of users": "a change of the file",
  "cannot read the file of users": "a change of the file",
  "drained by an operator": "an operator",
  "released by an operator": "an operator",
  "an operator acted on a ${noun}": "an operator",
  "cannot note how an operator's act has ended": "an operator",
  "cannot act on many jobs": "an operator",
  "an operator added a job": "an operator",
};

const sources = fileURLToPath(new URL("../../src/", import.meta.url));
const files = globSync("{producer,worker,service,telemetry,queue}/**/*.ts", { cwd: sources });
const calls = files.flatMap((file) => {
  const text = readFileSync(`${sources}${file}`, "utf8");
  return [...text.matchAll(/\blog\.(?:trace|debug|info|warn|error|fatal)\(/g)].map(({ index }) => ({
    file,
    call: readCall(text, index),
  }));
});

test("each line of the log has a kind with a limit, or no stranger can cause it", () => {
  const unlimited = calls.filter(
    ({ call }) =>
      !/\blineOf\("|\bfields, line\)/.test(call) &&
      !Object.keys(oursAlone).some(
        (text) => call.includes(`"${text}`) || call.includes(`\`${text}`),
      ),
  );
  expect([unlimited, calls.length > 30]).toEqual([[], true]);
});

test("each kind is that of a line", () => {
  const used = files.flatMap((file) =>
    [...readFileSync(`${sources}${file}`, "utf8").matchAll(/\blineOf\("(\w+)"\)/g)].map(
      ([, kind]) => kind,
    ),
  );
  const kinds = Object.keys(lineLimits) as LineKind[];
  expect(kinds.filter((kind) => kind !== "other" && !used.includes(kind))).toEqual([]);
});

/** From where it begins to its closing parenthesis. */
function readCall(text: string, begin: number): string {
  let depth = 0;
  for (let at = text.indexOf("(", begin); at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return text.slice(begin, at + 1);
  }
  throw new Error(`a call has no end: "${text.slice(begin, begin + 40)}"`);
}
