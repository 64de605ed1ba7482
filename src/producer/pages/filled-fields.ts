import { isDeepStrictEqual } from "node:util";
import { acceptInput } from "../../task/accepted-input.ts";
import type { Task } from "../../task/task.ts";
import { type Field, parseFields } from "./fields.ts";
import { layOutJson } from "./json-layout.ts";

type Input = Readonly<Record<string, unknown>>;

/**
 * What the controls of a form show of an input, or `undefined` where the form, sent as it is, would not
 * stand for the same input: that of an older schema, a text of several lines, an empty one.
 */
export function fillFields(
  task: Task,
  fields: readonly Field[],
  input: Input,
): ReadonlyMap<string, string> | undefined {
  const shown = new Map(
    fields.flatMap((field) => {
      const value = input[field.name];
      return value === undefined ? [] : [[field.name, textOf(field, value)] as const];
    }),
  );
  const sent = parseFields(fields, new Map(fields.flatMap((field) => sentBy(field, shown))));
  const accepted = acceptInput(task, sent);
  const meant = accepted.kind === "taken" ? accepted.value : sent;
  return isDeepStrictEqual(meant, input) ? shown : undefined;
}

/** An input as JSON, to be edited whole. */
export function writeInput(input: Input): string {
  return layOutJson(input);
}

function textOf({ kind }: Field, value: unknown): string {
  if (kind === "json") return layOutJson(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a browser sends of a control that shows it so, if anything. */
function sentBy(
  { name, kind, choices }: Field,
  shown: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  const text = shown.get(name) ?? "";
  switch (kind) {
    case "checkbox":
      return text === "true" ? [[name, "on"]] : [];
    case "choice":
      return [[name, choices.has(text) ? text : ""]];
    case "json":
      return [[name, text.replace(/\r\n?|\n/g, "\r\n")]];
    case "number":
      return [[name, text.trim()]];
    case "text":
      return [[name, text.replace(/[\r\n]/g, "")]];
  }
}
