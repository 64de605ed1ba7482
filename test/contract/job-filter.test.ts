import { expect, test } from "vitest";
import { formatJobFilter, parseJobFilter } from "../../src/contract/job-filter.ts";

const nowMs = Date.parse("2026-12-01T02:00:00.000Z");

function parse(query: string, besides?: readonly string[]) {
  return parseJobFilter(new URLSearchParams(query), { nowMs, ...(besides && { besides }) });
}

test("a filter is read from an address, and written back as one that reads the same", () => {
  const { filter, problems } = parse(
    "state=failed,retrying&state=waiting&task=divide&queue=slow&class=timeout&group=0123456789ab" +
      "&submitter=nightly&from=2026-12-01T01:00:00%2B01:00&to=2026-12-01T01:00Z&id=abc&text=a%26b",
  );
  expect(problems).toEqual([]);
  expect(filter).toEqual({
    states: ["failed", "retrying", "waiting"],
    task: "divide",
    queue: "slow",
    failureClass: "timeout",
    group: "0123456789ab",
    submitter: "nightly",
    fromMs: Date.parse("2026-12-01T00:00:00Z"),
    toMs: Date.parse("2026-12-01T01:00:00Z"),
    id: "abc",
    text: "a&b",
  });
  expect(parse(formatJobFilter(filter).toString())).toEqual({ filter, problems: [] });
});

test("what a form leaves empty says nothing, and a span is counted back from now", () => {
  expect(parse("state=&task=&class=&from=&text=")).toEqual({ filter: {}, problems: [] });
  expect(parse("within=1h").filter).toEqual({ fromMs: nowMs - 3_600_000 });
  expect(formatJobFilter(parse("within=1h").filter).toString()).toBe(
    "from=2026-12-01T01%3A00%3A00.000Z",
  );
});

test("times are those of RFC 3339, with any digits of a second and in either case", () => {
  expect(parse("from=2026-12-01t00:00:00.123456z&to=2026-12-01T01:00:00.1234Z")).toEqual({
    filter: {
      fromMs: Date.parse("2026-12-01T00:00:00.123Z"),
      toMs: Date.parse("2026-12-01T01:00:00.123Z"),
    },
    problems: [],
  });
});

test.each([
  ["state=faild", "state", /got "faild", expected one of: waiting, working,/],
  ["class=oops", "class", /got "oops", expected one of: division_by_zero,/],
  ["group=xyz", "group", /got "xyz", expected 12 hex digits/],
  ["from=yesterday", "from", /got "yesterday", expected a time with its offset/],
  ["to=2026-13-01T00:00Z", "to", /got "2026-13-01T00:00Z", expected a time/],
  ["within=2h", "within", /got "2h", expected one of: 15m, 1h, 24h, 7d/],
  ["within=1h&to=2026-12-01T00:00Z", "within", /expected either it, or from and to/],
  ["task=a&task=b", "task", /got "b", expected one value/],
  [`text=${"x".repeat(201)}`, "text", /expected at most 200 characters/],
  ["staet=failed", "staet", /unknown, expected one of: state, task, .*, sort/],
])("%s is refused with what was expected", (query, parameter, detail) => {
  const { problems } = parse(query, ["sort"]);
  expect(problems).toEqual([{ parameter, detail: expect.stringMatching(detail) }]);
});
