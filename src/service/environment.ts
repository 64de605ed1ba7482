import { z } from "zod";
import { type ValueKind, type ValueOf, type Variable, variables } from "../contract/environment.ts";

type Variables = typeof variables;

/** What a variable is to the program; `undefined` where it has no default. */
type Parsed<V extends Variable> =
  | ValueOf<V["value"]>
  | (V extends { readonly default: unknown } ? never : undefined);

/** Every variable of the contract, from its text or, where it is not set, its default. */
export const environmentSchema = z.object(
  Object.fromEntries(
    Object.entries<Variable>(variables).map(([name, variable]) => [name, createField(variable)]),
  ) as { [Name in keyof Variables]: z.ZodType<Parsed<Variables[Name]>, string | undefined> },
);

function createField({
  value,
  default: fallback,
}: Variable): z.ZodType<unknown, string | undefined> {
  const schema: z.ZodType<unknown, string> = createValueSchema(value);
  return fallback === undefined ? schema.optional() : schema.default(fallback);
}

/** Reads one value from its text; what it says about another text quotes it and what was expected. */
export function createValueSchema<const K extends ValueKind>(value: K) {
  return createSchema(value) as z.ZodType<ValueOf<K>, string>;
}

function createSchema(value: ValueKind): z.ZodType<unknown, string> {
  switch (value.kind) {
    case "text":
      return createTextSchema("a text", (text) => text !== "");
    case "url":
      // Not quoted: an address may hold a password.
      return z
        .string()
        .refine((text) => value.schemes.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ""), {
          error: `expected a URL that starts with ${listChoices(value.schemes.map((scheme) => `${scheme}://`))}`,
        });
    case "integer":
      return createTextSchema(
        `a whole number from ${value.min} to ${value.max}`,
        (text) => /^\d+$/.test(text) && Number(text) >= value.min && Number(text) <= value.max,
      ).transform(Number);
    case "flag":
      return createChoiceSchema(["true", "false"]).transform((text) => text === "true");
    case "choice":
      return createChoiceSchema(value.choices);
    case "list":
      return createListSchema(value.choices);
  }
}

function createChoiceSchema(choices: readonly string[]) {
  const expected = listChoices(choices.map((choice) => `"${choice}"`));
  return createTextSchema(expected, (text) => choices.includes(text));
}

function createListSchema(choices: readonly string[]) {
  const expected = `one or more of ${choices.map((choice) => `"${choice}"`).join(", ")}, with commas between them`;
  return createTextSchema(expected, (text) =>
    splitList(text).every((name) => choices.includes(name)),
  ).transform(splitList);
}

function splitList(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

/** Takes the texts that are as expected. */
export function createTextSchema(expected: string, isExpected: (text: string) => boolean) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `expected ${expected}, got ${input === undefined ? "nothing" : JSON.stringify(input)}`;
  return z.string({ error }).refine(isExpected, { error });
}

function listChoices(choices: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "disjunction" }).format(choices);
}
