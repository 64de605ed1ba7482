import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { createHashMender, createSoundCheck } from "../../src/queue/job-hash.ts";

const defaults = { attempts: 4, removeOnComplete: { count: 5 }, removeOnFail: { count: 5 } };
const isSound = createSoundCheck(defaults);
const mend = createHashMender(defaults);

const opts = {
  ...defaults,
  jobId: "a2345",
  client: "x-3_aB9z",
  tm: JSON.stringify({ traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` }),
  omc: true,
};
const whole = { name: "t", data: '{"x":1}', opts: JSON.stringify(opts), timestamp: "1", ats: "1" };
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const flat = (hash: Readonly<Record<string, string>>) => Object.entries(hash).flat();

test("a job as a producer adds it is sound, whatever its id and its trace", () => {
  expect(isSound(flat(whole))).toBe(true);
  expect(isSound(flat({ ...whole, opts: JSON.stringify({ ...opts, tm: '{"a":"b"}' }) }))).toBe(
    true,
  );
});

test("options that differ in id, client, submitter, request and trace alone are judged once", () => {
  const isFresh = createSoundCheck(defaults);
  const parse = vi.spyOn(JSON, "parse");
  onTestFinished(() => parse.mockRestore());
  for (let n = 0; n < 50; n += 1) {
    const own = {
      jobId: `a${n}`,
      client: `b${n}`,
      submitter: `e${n}`,
      tm: `c${n}`,
      submittedBy: `d${n}`,
      received: `${n}`,
    };
    expect(isFresh(flat({ ...whole, opts: JSON.stringify({ ...opts, ...own }) }))).toBe(true);
  }
  const judged = parse.mock.calls.filter(([text]) => text.includes('"client"'));
  expect(judged).toHaveLength(2);
});

test.each([
  ["no options", { opts: "" }],
  ["options that are cut short", { opts: whole.opts.slice(0, -1) }],
  ["options that lack a comma", { opts: whole.opts.replace('",', '"') }],
  ["an escape that JSON has not", { opts: whole.opts.replace("a2345", "\\x41") }],
  ["a line end in a text", { opts: whole.opts.replace("a2345", "a\n2") }],
  ["attempts that are no number", { opts: JSON.stringify({ ...opts, attempts: "x" }) }],
  ["no retention, which would keep it for ever", { opts: JSON.stringify({ attempts: 4 }) }],
  ["data that is no JSON", { data: "{" }],
  ["progress that is no JSON", { progress: "{" }],
  ["a counter that is none", { ats: "x" }],
  ["a parent that is no object", { parent: "1" }],
  ["a parent in a queue of nobody", { parentKey: "undefined:undefined" }],
  ["a schedule that is not its own", { rjk: "nothing" }],
  ["a schedule among its options", { opts: JSON.stringify({ ...opts, repeatJobKey: "x" }) }],
  ["data that is nested too deep", { data: nested(2_001) }],
  ["options that are nested too deep", { opts: `{"telemetry":${nested(2_001)}}` }],
  ["a result that is nested too deep", { returnvalue: nested(2_001) }],
])("a job with %s is not", (_, damage) => {
  expect(isSound(flat({ ...whole, ...damage }))).toBe(false);
});

const ownParent = JSON.stringify({ id: "1", queueKey: "{tripod:default}:default" });

test("a parent in a queue of ours is sound", () => {
  expect(isSound(flat({ ...whole, parent: ownParent }))).toBe(true);
});

test("what is nested deeper than it could be written again is a text, or gone", () => {
  const deep = nested(100_000);
  const mended = mend({ ...whole, data: deep, opts: `{"x":${deep}}`, returnvalue: deep });
  expect(mended).toEqual({ ...mend({ ...whole, opts: "{}" }), data: JSON.stringify(deep) });
  const allowed = { ...whole, data: nested(2_000), returnvalue: nested(2_000) };
  expect(isSound(flat(allowed))).toBe(true);
});

test("a schedule that stands among the options is taken away, whatever it is", () => {
  const { opts: text = "" } = mend({
    ...whole,
    opts: JSON.stringify({ ...opts, repeatJobKey: 1 }),
  });
  expect(JSON.parse(text)).toEqual(opts);
});

test("what is sound is as mending would leave it", () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom("0", "1.5", "{}", "null"));
  const options = fc.dictionary(
    fc.constantFrom(...Object.keys(opts), "delay", "backoff", "kl", "parent", "repeat"),
    fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom(3, true, "x")),
  );
  const hash = fc.record(
    {
      data: text,
      opts: options.map((value) => JSON.stringify({ ...opts, ...value })),
      ats: text,
      progress: text,
      parent: fc.oneof(text, fc.constant(ownParent)),
      parentKey: fc.oneof(text, fc.constant("{tripod:default}:default:1")),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(hash, (changes) => {
      const changed = { ...whole, ...changes };
      fc.pre(isSound(flat(changed)));
      const mended = mend(changed);
      expect({ ...mended, opts: JSON.parse(mended["opts"] ?? ""), progress: undefined }).toEqual({
        ...changed,
        opts: JSON.parse(changed.opts),
        progress: undefined,
      });
    }),
    { numRuns: 500, maxSkipsPerRun: 500, interruptAfterTimeLimit: 10_000 },
  );
});
