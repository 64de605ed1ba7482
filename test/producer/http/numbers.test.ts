import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { InexactNumber, readNumber } from "../../../src/producer/http/exact-number.ts";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";

const keep: Task = defineTask({
  title: "Keep",
  description: "Keeps numbers.",
  input: z.strictObject({
    x: z.number(),
    more: z.record(z.string(), z.number()).optional(),
  }),
  timeLimitMs: 1_000,
  run: async ({ x }) => x,
});
const tasks = new Map([["keep", keep]]);
const detail = "the body holds a number that would not come back as it was sent";
const lost = (literal: string, back: string) =>
  `${literal} would come back as ${back}, expected a number that a double can hold`;

const inexact = [
  ["9007199254740993", lost("9007199254740993", "9007199254740992")],
  ["-9007199254740993", lost("-9007199254740993", "-9007199254740992")],
  ["12345678901234567890", lost("12345678901234567890", "12345678901234567000")],
  ["9007199254740993.5", lost("9007199254740993.5", "9007199254740994")],
  ["1e-400", lost("1e-400", "0")],
  ["3e-324", lost("3e-324", "5e-324")],
  ["1e309", "1e309 is beyond what a double can hold"],
] as const;

test.each(inexact)("%s in JSON is answered 400 with its pointer", async (literal, why) => {
  const { url, queue } = await startProducer({ tasks });
  const body = `{"task":"keep","input":{"x":1,"more":{"a/b":2,"c~d":${literal}}}}`;
  const response = await postJson(`${url}/api/v1/jobs`, body);

  expect(await readProblem(response)).toEqual(
    problem(400, detail, { errors: [{ pointer: "/input/more/c~0d", detail: why }] }),
  );
  expect(await queue.count()).toBe(0);
});

test.each(inexact)("%s in a form is answered 400 beside its field", async (literal, why) => {
  const { url, queue } = await startProducer({ tasks });
  const response = await fetch(`${url}/tasks/keep`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ x: literal, more: `{"a":${literal}}` }),
  });
  const page = await response.text();

  expect([response.status, page.split(why).length - 1, await queue.count()]).toEqual([400, 2, 0]);
  expect(page).toContain(`value="${literal}"`);
});

test("names every number that would be lost", async () => {
  const { url } = await startProducer({ tasks });
  const body = '{"task":"keep","input":{"x":1e-999,"more":{"a":9007199254740993}}}';
  const { errors } = await readBody(await postJson(`${url}/api/v1/jobs`, body));

  expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/input/x",
    "/input/more/a",
  ]);
});

test.each([
  ["0.1", 0.1],
  ["0.10000000000000001", 0.1],
  ["3.14159265358979323846264338327950288", Math.PI],
  ["9007199254740992", 2 ** 53],
  ["1e23", 1e23],
  ["1.7976931348623157e308", Number.MAX_VALUE],
  ["5e-324", Number.MIN_VALUE],
  ["0e-999", 0],
  ["-0.0", 0],
  ["1000e-2", 10],
])("%s is taken and comes back", async (literal, number) => {
  const { url } = await startProducer({ tasks });
  const response = await postJson(`${url}/api/v1/jobs`, `{"task":"keep","input":{"x":${literal}}}`);
  expect(response.status).toBe(202);
  const { id } = await readBody(response);

  expect((await readJob(url, id)).input).toEqual({ x: number });
});

/** Decimal literals as JSON writes them, of every size around what a double can hold. */
const digits = fc.string({
  unit: fc.integer({ min: 0, max: 9 }).map(String),
  minLength: 1,
  maxLength: 25,
});
const literal = fc
  .record({
    sign: fc.constantFrom("", "-"),
    whole: digits.map((text) => text.replace(/^0+(?=\d)/, "")),
    fraction: fc.option(digits),
    exponent: fc.option(
      fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -360, max: 330 })),
    ),
  })
  .map(({ sign, whole, fraction, exponent }) =>
    [
      sign,
      whole,
      fraction === null ? "" : `.${fraction}`,
      exponent === null ? "" : `e${exponent}`,
    ].join(""),
  );

/** A decimal literal as the exact fraction that it is. */
function toFraction(text: string): readonly [numerator: bigint, denominator: bigint] {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = Number(exponent) - fraction.length;
  const value = BigInt(whole + fraction);
  return power < 0 ? [value, 10n ** BigInt(-power)] : [value * 10n ** BigInt(power), 1n];
}

/** What became of a literal; a wrong answer is one that changes a number without a word. */
function judge(text: string): "equal" | "rounded" | "refused" | "wrong" {
  const read = readNumber(text);
  const [a, b] = toFraction(text);
  const [c, d] = Number.isFinite(Number(text)) ? toFraction(String(Number(text))) : [1n, 0n];
  const isEqual = a * d === c * b;
  if (read instanceof InexactNumber) return isEqual ? "wrong" : "refused";
  if (read !== Number(text)) return "wrong";
  if (isEqual) return "equal";
  const isFraction = a % b !== 0n;
  const keepsDigits = abs(a * d - c * b) * 10n ** 15n < abs(a * d);
  return isFraction && keepsDigits ? "rounded" : "wrong";
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

test("every decimal literal comes back equal or as its nearest double, or is refused", () => {
  const seen = { equal: 0, rounded: 0, refused: 0, wrong: 0 };
  fc.assert(
    fc.property(literal, (text) => {
      const verdict = judge(text);
      seen[verdict] += 1;
      return verdict !== "wrong";
    }),
    { numRuns: 5_000 },
  );
  expect(Math.min(seen.equal, seen.rounded, seen.refused)).toBeGreaterThan(100);
});
