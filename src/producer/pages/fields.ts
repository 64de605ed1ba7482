import { z } from "zod";
import { createInputSchema } from "../../task/input-schema.ts";
import type { Task } from "../../task/task.ts";
import { parseJson } from "../http/body.ts";
import { readNumber } from "../http/exact-number.ts";

/** One control of a task's form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  readonly kind: "number" | "text" | "checkbox" | "choice" | "json";
  /** What the control shows at first. */
  readonly value: string;
  /** What a choice shows, and the value it stands for. */
  readonly choices: ReadonlyMap<string, unknown>;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly whole: boolean;
}

/** The parts of JSON Schema that a form can make use of. */
const property = z.object({
  /** A name, or several of which any will do. */
  type: z.unknown().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const objectSchema = z.object({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
});

/** A task's form, made from its schema. */
export function createFields(task: Task): readonly Field[] {
  const { properties, required } = objectSchema.parse(createInputSchema(task));
  const example = task.examples?.[0]?.input ?? {};
  return Object.entries(properties).map(([name, spec]) => ({
    name,
    label: spec.title ?? name,
    hint: spec.description ?? "",
    required: required.includes(name),
    kind: kindOf(spec),
    value: display(firstGiven(spec.default, spec.examples?.[0], example[name]) ?? undefined),
    choices: new Map(spec.enum?.map((value) => [display(value), value])),
    min: spec.minimum,
    max: spec.maximum,
    whole: spec.type === "integer",
  }));
}

/**
 * The input that a submitted form stands for. An empty field is left out, so that its default or
 * the schema's "required" applies; a number that is none stays text, for the schema to refuse; one
 * that would not come back as it was sent is an `InexactNumber`, for `assertPlain` to refuse.
 */
export function parseFields(
  fields: readonly Field[],
  form: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const known = new Map(fields.map((field) => [field.name, field]));
  const entries = [...form].map(
    ([name, text]) => [name, parseText(known.get(name), text)] as const,
  );
  const boxes = fields
    .filter(({ kind, name }) => kind === "checkbox" && !form.has(name))
    .map(({ name }) => [name, false] as const);
  return Object.fromEntries([...entries, ...boxes].filter(([, value]) => value !== undefined));
}

/** Each text can match in one way only, so that one that does not match is read once. */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function parseText(field: Field | undefined, text: string): unknown {
  const trimmed = text.trim();
  switch (field?.kind) {
    case "number":
      // Number("") is 0 and Number("0x10") is 16: neither is what somebody typed into a form.
      if (trimmed === "") return undefined;
      return decimal.test(trimmed) ? readNumber(trimmed) : text;
    case "checkbox":
      return text === "on" || text === "true";
    case "choice":
      return text === "" ? undefined : (field.choices.get(text) ?? text);
    case "json":
      return trimmed === "" ? undefined : parseJsonField(text);
    default:
      return text === "" ? undefined : text;
  }
}

function parseJsonField(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function kindOf({ type, enum: choices }: z.infer<typeof property>): Field["kind"] {
  if (choices !== undefined) return "choice";
  if (type === "number" || type === "integer") return "number";
  if (type === "boolean") return "checkbox";
  return type === "string" ? "text" : "json";
}

function firstGiven(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined);
}

function display(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
