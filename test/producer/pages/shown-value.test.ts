import { expect, test } from "vitest";
import { layOutJson } from "../../../src/producer/pages/json-layout.ts";
import { renderText } from "../../../src/producer/pages/shown-text.ts";
import { isInline, renderValue } from "../../../src/producer/pages/shown-value.ts";

test.each([
  ["abc\u202Edef", "abc|U+202E|def"],
  ["\u0000", "|U+0000|"],
  ["a\u200Bb\u2028c", "a|U+200B|b|U+2028|c"],
  ["two\r\nlines\twith a tab\n", "two\nlines\twith a tab\n"],
  ["a\rb", "a|U+000D|b"],
  ["\u{1F468}\u200D\u{1F469}", "\u{1F468}\u200D\u{1F469}"],
])("of %j each character is seen", async (text, shown) => {
  const markup = (await renderText(text)).toString();
  expect(markup.replaceAll(/<\/?i[^>]*>/g, "|")).toBe(shown);
});

test("a value in which little is told takes one line, and any other a line for each part", () => {
  const list = Array.from({ length: 30 }, (_, i) => i);
  expect(layOutJson({ a: [1, 2], b: { c: "d" }, e: null })).toBe(
    '{"a": [1, 2], "b": {"c": "d"}, "e": null}',
  );
  expect(
    layOutJson({ short: [1], long: list })
      .split("\n")
      .slice(0, 4),
  ).toEqual(["{", '  "short": [1],', '  "long": [', "    0,"]);
  expect(JSON.parse(layOutJson({ short: [1], long: list }))).toEqual({ short: [1], long: list });
});

test("a value that is nested deep is laid out in not much more room than it takes", () => {
  const parts = JSON.stringify(Array.from({ length: 10_000 }, () => 1));
  const value: unknown = JSON.parse(`${"[".repeat(400)}${parts}${"]".repeat(400)}`);
  expect(layOutJson(value).length).toBeLessThan(300_000);
});

test.each([
  ["long", "x".repeat(601)],
  ["of many lines", "x\n".repeat(12)],
  ["an object", { list: Array.from({ length: 40 }, (_, i) => i) }],
])("a value that is %s is folded, and a shorter one is not", async (_, value) => {
  expect((await renderValue(value, "id")).toString()).toContain('<details id="id">');
  expect((await renderValue("short", "id")).toString()).not.toContain("<details");
});

test("what is folded begins with a line of whole characters", async () => {
  const text = `a\n\tb ${"x".repeat(114)}\u{1F468}${"y".repeat(600)}`;
  const markup = (await renderValue(text, "id")).toString();
  expect(markup).toContain(`<bdi class="start">a b ${"x".repeat(114)}…</bdi>`);
  expect(markup).toContain(`all 721 characters`);
});

test.each([
  ["", '<span class="sub">empty text</span>'],
  ["a <b>", '<bdi class="value" id="id-text">a &lt;b&gt;</bdi>'],
  [{ a: 1 }, '<code class="value" id="id-text">{&quot;a&quot;: 1}</code>'],
])("%j is seen as what it is", async (value, markup) => {
  expect((await renderValue(value, "id")).toString()).toBe(markup);
});

test("only a short value of one line is shown within a sentence", () => {
  const values = ["x".repeat(60), "x".repeat(61), "a\nb", { a: [1, 2] }, { a: "x".repeat(60) }];
  expect(values.map((value) => isInline(value))).toEqual([true, false, false, true, false]);
});
