import { RequestError } from "../http/errors.ts";
import type { Field } from "../pages/fields.ts";

const mostTold = 10;

/** What a file's columns may be called: as the API names a task's fields, or as its form does. */
export function namesOf(fields: readonly Field[]): ReadonlySet<string> {
  return new Set(fields.flatMap(({ name, label }) => [name, label]));
}

/**
 * The fields that the columns stand for, in the order of the columns. Throws a `RequestError` that
 * tells of all columns which are unknown, there twice or missing.
 */
export function readColumns(header: readonly string[], fields: readonly Field[]): readonly Field[] {
  const cells = header.map((cell) => cell.trim());
  const found = cells.map((cell) => findField(fields, cell));
  const known = found.filter((field) => field !== undefined);
  const unknown = cells.filter((_, i) => found[i] === undefined);
  const named = new Set(known);
  const repeated = fields.filter((field) => named.has(field) && !isAlone(field, known));
  const missing = fields.filter((field) => field.required && !named.has(field));
  const details = [
    ...unknown.map((cell) => `there is no field "${cell}"`),
    ...repeated.map(({ name }) => `the column "${name}" is there twice`),
    ...missing.map(({ name }) => `the column "${name}" is missing`),
  ];
  if (details.length === 0) return known;
  // Of thousands, the last line would not be told.
  const told = [...details.slice(0, mostTold), `the columns may be ${describeColumns(fields)}`];
  throw new RequestError(422, "the first row does not name the task's fields", {
    errors: told.map((detail) => ({ pointer: "", detail })),
  });
}

/** What the first row of a file is, in words. */
function describeColumns(fields: readonly Field[]): string {
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const others = fields.filter((field) => !field.required).map(({ name }) => name);
  const told = [
    ...(required.length > 0 ? [required.join(", ")] : []),
    ...(others.length > 0 ? [`if wanted ${others.join(", ")}`] : []),
  ];
  return told.join(", and ");
}

function isAlone(field: Field, known: readonly Field[]): boolean {
  return known.indexOf(field) === known.lastIndexOf(field);
}

/** A name goes before what another field is called. */
function findField(fields: readonly Field[], cell: string): Field | undefined {
  return fields.find(({ name }) => name === cell) ?? fields.find(({ label }) => label === cell);
}
