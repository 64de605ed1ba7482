import type { RowError } from "../../queue/file-batches.ts";
import { acceptInput } from "../../task/accepted-input.ts";
import type { Task } from "../../task/task.ts";
import { policyOf } from "../../task/job-policy.ts";
import { assertPlain, jsonBytes, reasonOf } from "../http/body.ts";
import { createPointer, RequestError } from "../http/errors.ts";
import { createWording } from "../pages/field-wording.ts";
import { type Field, parseFields } from "../pages/fields.ts";

/** What a row stands for, as a form with the same texts in its fields would. */
export interface RowInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** The same with the defaults that hold for it, where it has no errors. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** Where there are any, no job can be made of it. */
  readonly errors: readonly RowError[];
}

/** Of a row; who corrects these sees the others then. */
const mostErrors = 5;
const longestDetail = 300;

const yes = /^(?:true|yes|on|1)$/i;
const no = /^(?:false|no|off|0|)$/i;

/** Returns what reads the rows of a file with these columns. */
export function createRowReader(
  task: Task,
  fields: readonly Field[],
  columns: readonly Field[],
): (cells: readonly string[]) => RowInput {
  const wordIssue = createWording(fields);
  const judge = (input: Readonly<Record<string, unknown>>): Omit<RowInput, "input"> => {
    assertPlain(input);
    const parsed = acceptInput(task, input, { error: wordIssue });
    if (parsed.kind === "taken") {
      return { whole: parsed.value, errors: findRefusals(task, input, parsed.value) };
    }
    if (parsed.kind === "broken") return { whole: input, errors: [ofRow(parsed.problem)] };
    const errors = parsed.error.issues.map(({ path, message }) => ({
      field: fieldOf(createPointer(path)),
      detail: message,
    }));
    return { whole: input, errors };
  };
  const readAny = (cells: readonly string[]): RowInput => {
    const odd = findOddCells(cells, columns);
    const texts = columns.flatMap((field, i) => readCell(field, cells[i] ?? ""));
    let input: Readonly<Record<string, unknown>> = {};
    try {
      input = parseFields(fields, new Map(texts));
      return odd.length > 0 ? { input, whole: input, errors: odd } : { input, ...judge(input) };
    } catch (error) {
      // As a number that would not come back as it was sent, or JSON that is nested too deep.
      if (!(error instanceof RequestError)) throw error;
      return { input, whole: input, errors: errorsOf(error) };
    }
  };
  return (cells) => {
    const { errors, ...row } = readAny(cells);
    return { ...row, errors: errors.slice(0, mostErrors).map(cut) };
  };
}

/** Why it would be refused as a submission by itself, although it fits the task. */
function findRefusals(
  task: Task,
  input: Readonly<Record<string, unknown>>,
  whole: Record<string, unknown>,
): RowError[] {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > jsonBytes) {
    return [ofRow(`the row takes ${bytes} bytes as JSON, expected at most ${jsonBytes}`)];
  }
  try {
    policyOf(task, whole);
    return [];
  } catch (error) {
    return [
      ofRow(`the task is at fault, no row like this one can be submitted: ${reasonOf(error)}`),
    ];
  }
}

function errorsOf({ errors, message }: RequestError): RowError[] {
  if (errors.length === 0) return [ofRow(message)];
  return errors.map(({ pointer, detail }) => ({ field: fieldOf(pointer), detail }));
}

/** What is told of a cell may repeat it. */
function cut({ field, detail }: RowError): RowError {
  return { field, detail: detail.slice(0, longestDetail).toWellFormed() };
}

function ofRow(detail: string): RowError {
  return { field: "", detail };
}

/** What no form could send. */
function findOddCells(cells: readonly string[], columns: readonly Field[]): RowError[] {
  if (cells.length !== columns.length) {
    const detail = `got ${cells.length} cells, expected ${columns.length}`;
    return [ofRow(detail)];
  }
  return columns.flatMap(({ name, kind }, i) => {
    const text = (cells[i] ?? "").trim();
    if (kind !== "checkbox" || yes.test(text) || no.test(text)) return [];
    return [{ field: name, detail: `got "${text}", expected true or false` }];
  });
}

/** A field as the form sends it: of a box that is not ticked, nothing. */
function readCell({ name, kind }: Field, cell: string): (readonly [string, string])[] {
  if (kind !== "checkbox") return [[name, cell]];
  return yes.test(cell.trim()) ? [[name, "on"]] : [];
}

function fieldOf(pointer: string): string {
  const [, name = ""] = pointer.split("/");
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}
