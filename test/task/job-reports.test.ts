import { expect, test } from "vitest";
import { type LogLine, openJobContext, type Progress } from "../../src/task/job-reports.ts";

/** A context, and what has come of what it was told. */
function openContext() {
  const told: { progress: Progress[]; lines: LogLine[] } = { progress: [], lines: [] };
  const signal = new AbortController().signal;
  const { job, close } = openJobContext(
    { id: "one", attempt: 2, signal },
    {
      progress: (progress) => told.progress.push(progress),
      log: (lines) => told.lines.push(...lines),
    },
    async () => ({ id: "two" }),
  );
  return { job, close, told };
}

const messagesOf = ({ lines }: { lines: readonly LogLine[] }) =>
  lines.map(({ level, message }) => `${level} ${message}`);

test("a job tells how far it is, with a text that is bounded and well-formed", () => {
  const { job, told } = openContext();
  job.progress(0);
  job.progress(0.5, "half \ud800");
  job.progress(1 + Number.EPSILON, "x".repeat(201));
  expect(told.progress).toEqual([
    { fraction: 0 },
    { fraction: 0.5, text: "half \ufffd" },
    { fraction: 1, text: `${"x".repeat(199)}…` },
  ]);
  expect(told.lines).toEqual([]);
});

test.each<[unknown, string]>([
  [Number.NaN, "NaN"],
  [50, "50"],
  [-0.1, "-0.1"],
  [Infinity, "Infinity"],
  ["0.5", '"0.5"'],
  [undefined, "undefined"],
  [10n, '"10"'],
])("progress of %s is left out, and the log says so once", (fraction, shown) => {
  const { job, told } = openContext();
  for (let n = 0; n < 1_000; n += 1) job.progress(fraction as number, "text");
  expect(told.progress).toEqual([]);
  expect(messagesOf(told)).toEqual([
    `warn job.progress was given ${shown}, expected a number from 0 to 1`,
  ]);
});

test("a text that is none is left out, and the fraction is not", () => {
  const { job, told } = openContext();
  job.progress(0.5, 7 as never);
  expect(told.progress).toEqual([{ fraction: 0.5 }]);
  expect(messagesOf(told)).toEqual(["warn job.progress was given 7, expected a text"]);
});

function fieldsOf(fields: unknown) {
  const { job, told } = openContext();
  job.log.info("line", fields as never);
  return told.lines[0]?.fields;
}

class Point {
  readonly x = 1;
}

test("a line keeps of its fields what JSON keeps, and names the rest", () => {
  const circle: Record<string, unknown> = { n: 1 };
  circle["self"] = circle;
  const fields = {
    n: 1,
    yes: true,
    none: null,
    gone: undefined,
    huge: 10n ** 20n,
    nan: Number.NaN,
    list: [1, [2, [3, [4]]]],
    circle,
    map: new Map(),
    point: new Point(),
    run: () => 1,
    error: new RangeError("too far"),
    at: new Date(0),
    get broken(): unknown {
      throw new Error("closed");
    },
  };
  expect(fieldsOf(fields)).toEqual({
    n: 1,
    yes: true,
    none: null,
    huge: "100000000000000000000",
    nan: "NaN",
    list: [1, [2, "[Array]"]],
    circle: { n: 1, self: { n: 1, self: "[Object]" } },
    map: "[Map]",
    point: "[Point]",
    run: "[function]",
    error: "RangeError: too far",
    at: "1970-01-01T00:00:00.000Z",
    broken: "[unreadable]",
  });
});

test.each([
  [{ text: "x".repeat(10_000_000) }],
  [{ list: Array(1_000_000).fill("x".repeat(100)) }],
  [Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`field ${n}`, "x".repeat(500)]))],
  [{ a: nested(100_000) }],
])("a line keeps a part of fields that are huge, %#", (fields) => {
  const kept = JSON.stringify(fieldsOf(fields));
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThan(3_000);
});

function nested(levels: number): unknown {
  return Array(levels)
    .fill(0)
    .reduce<unknown>((inner) => [inner], 1);
}

const hostile = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error("no");
    },
    getPrototypeOf() {
      throw new Error("no");
    },
  },
);

test.each<[unknown, string]>([
  ["x".repeat(3_000), `${"x".repeat(1_999)}…`],
  [new Error("no route"), '"Error: no route"'],
  [{ a: 1 }, '{"a":1}'],
  [undefined, "undefined"],
  [hostile, '"[unreadable]"'],
])("a line's message is a text of 2,000 characters at most, %#", (message, kept) => {
  const { job, told } = openContext();
  job.log.error(message as string, hostile);
  expect(messagesOf(told)).toEqual([`error ${kept}`]);
});

test("what a task tells after its end is ignored", () => {
  const { job, close, told } = openContext();
  const { progress, log } = job;
  close();
  progress(0.5);
  progress(Number.NaN);
  log.info("too late");
  expect(told).toEqual({ progress: [], lines: [] });
});
