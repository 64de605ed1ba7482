import type { z } from "zod";
import type { Field } from "./fields.ts";

type Issue = z.core.$ZodRawIssue;

/** What to enter where zod names a format. */
const formats: Readonly<Record<string, string>> = {
  email: "Enter an email address, such as ann@example.org.",
  url: "Enter an address, such as https://example.org/.",
  uuid: "Enter a UUID, such as 0b2e6c8a-5d0f-4f5b-9d0e-3c1a7e2f4b6d.",
  datetime: "Enter a time, such as 2026-01-31T12:00:00Z.",
  date: "Enter a date, such as 2026-01-31.",
  time: "Enter a time of day, such as 12:30:00.",
  duration: "Enter a duration, such as PT1H30M.",
  ipv4: "Enter an IPv4 address, such as 192.0.2.1.",
  ipv6: "Enter an IPv6 address, such as 2001:db8::1.",
  json_string: "Enter JSON.",
};

const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 20, useGrouping: false });

/**
 * Says of an issue what to enter instead; what the task's author has written for it goes first, which
 * zod sees to.
 */
export function createWording(fields: readonly Field[]): (issue: Issue) => string {
  return (issue) => {
    const [name, ...inner] = issue.path ?? [];
    const field = inner.length === 0 ? fields.find((one) => one.name === name) : undefined;
    return wordIssue(issue, field);
  };
}

function wordIssue(issue: Issue, field: Field | undefined): string {
  switch (issue.code) {
    case "invalid_type":
      return field === undefined || (field.kind === "json" && issue.input !== undefined)
        ? wordType(issue.expected)
        : askFor(field);
    case "invalid_value":
      return field?.kind === "choice" || issue.values.length > 1
        ? "Choose one of what there is to choose from."
        : `Enter ${JSON.stringify(issue.values[0])}.`;
    case "too_small":
    case "too_big":
      return field?.kind === "number" && issue.inclusive !== false && issue.origin !== "string"
        ? askFor(field)
        : wordSize(issue);
    case "invalid_format":
      return formats[issue.format] ?? "Enter a text of the form that is asked for.";
    case "not_multiple_of":
      return `Enter a multiple of ${counts.format(issue.divisor)}.`;
    case "unrecognized_keys":
      return `There is no field ${issue.keys.map((key) => `"${key}"`).join(", ")}: leave it out.`;
    default:
      return "Enter another value.";
  }
}

/** What a field takes. */
function askFor({ kind, min, max, whole }: Field): string {
  switch (kind) {
    case "number": {
      const what = whole ? "a whole number" : "a number";
      const from = isBound(min) ? counts.format(min) : undefined;
      const to = isBound(max) ? counts.format(max) : undefined;
      if (from !== undefined && to !== undefined) return `Enter ${what} from ${from} to ${to}.`;
      if (from !== undefined) return `Enter ${what}, ${from} or more.`;
      return to === undefined ? `Enter ${what}.` : `Enter ${what}, ${to} or less.`;
    }
    case "choice":
      return "Choose one of what there is to choose from.";
    case "checkbox":
      return "Tick the box, or leave it empty.";
    case "json":
      return "Enter a value, as JSON.";
    case "text":
      return "Enter a text.";
  }
}

/** JSON Schema bounds every integer by what a double can hold, which nobody need be told. */
export function isBound(limit: number | undefined): limit is number {
  return limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
}

const types: Readonly<Record<string, string>> = {
  array: "a list, such as [1, 2]",
  record: 'an object, such as {"a": "b"}',
  object: 'an object, such as {"a": "b"}',
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  string: "a text",
};

function wordType(expected: string): string {
  return `Enter ${types[expected] ?? `a ${expected}`}.`;
}

function wordSize(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall>) {
  const isBig = issue.code === "too_big";
  const limit = Number(isBig ? issue.maximum : issue.minimum);
  const number = counts.format(limit);
  const least = isBig ? "at most" : "at least";
  switch (issue.origin) {
    case "string":
      return `Enter ${least} ${number} ${limit === 1 ? "character" : "characters"}.`;
    case "array":
    case "set":
    case "map":
    case "object":
      return `Enter ${least} ${number} ${limit === 1 ? "item" : "items"}.`;
    default:
      if (issue.inclusive === false)
        return `Enter a number ${isBig ? "below" : "above"} ${number}.`;
      return `Enter a number, ${number} or ${isBig ? "less" : "more"}.`;
  }
}
