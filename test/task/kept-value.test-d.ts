import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { KeptResult } from "../../src/task/kept-value.ts";
import { defineTask } from "../../src/task/task.ts";

// Nothing here runs: the type check fails where one of these types is another.

type ResultOf<Work extends { run(...args: never): Promise<unknown> }> = KeptResult<
  Awaited<ReturnType<Work["run"]>>
>;

const described = { title: "", description: "", timeLimitMs: 1_000 };

test("a task's result has the type of what its run returns", () => {
  const task = defineTask({
    ...described,
    input: z.strictObject({ name: z.string() }),
    run: async ({ name }) => ({ name, size: name.length }),
  });
  expectTypeOf<ResultOf<typeof task>>().toEqualTypeOf<{
    readonly name: string;
    readonly size: number;
  }>();
});

test("a task that returns nothing gives null", () => {
  const input = z.strictObject({});
  const silent = defineTask({ ...described, input, async run() {} });
  expectTypeOf<ResultOf<typeof silent>>().toEqualTypeOf<null>();
  const unsure = defineTask({
    ...described,
    input,
    run: async () => (Math.random() > 0.5 ? 1 : undefined),
  });
  expectTypeOf<ResultOf<typeof unsure>>().toEqualTypeOf<1 | null>();
});

test("what may be undefined may be missing", () => {
  expectTypeOf<KeptResult<{ a: string | undefined; b?: number; c: boolean[] }>>().toEqualTypeOf<{
    readonly a?: string;
    readonly b?: number;
    readonly c: readonly boolean[];
  }>();
});

test("arrays, tuples, unions and records stay what they are", () => {
  expectTypeOf<KeptResult<[1, { a: "x" } | null]>>().toEqualTypeOf<
    readonly [1, { readonly a: "x" } | null]
  >();
  expectTypeOf<KeptResult<Record<string, number>>>().toEqualTypeOf<
    Readonly<Record<string, number>>
  >();
});

test("of what fails the job there is never any", () => {
  expectTypeOf<KeptResult<Date | bigint | Map<string, string>>>().toEqualTypeOf<never>();
  expectTypeOf<KeptResult<{ at: Date }>>().toEqualTypeOf<{ readonly at: never }>();
});

test("nothing is said of what is unknown", () => {
  expectTypeOf<KeptResult<unknown>>().toEqualTypeOf<unknown>();
  // oxlint-disable-next-line typescript/no-explicit-any
  expectTypeOf<KeptResult<any>>().toEqualTypeOf<unknown>();
});
