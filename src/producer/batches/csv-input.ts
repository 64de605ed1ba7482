import type { RowError } from "../../queue/file-batches.ts";
import { acceptInput } from "../../task/accepted-input.ts";
import type { Task } from "../../task/task.ts";
import { assertPlain } from "../http/body.ts";
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
    try {
      assertPlain(input);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const errors = error.errors.map(({ pointer, detail }) => ({
        field: fieldOf(pointer),
        detail,
      }));
      return { whole: input, errors: errors.length > 0 ? errors : [ofRow(error.message)] };
    }
    const parsed = acceptInput(task, input, { error: wordIssue });
    if (parsed.kind === "taken") return { whole: parsed.value, errors: [] };
    if (parsed.kind === "broken") return { whole: input, errors: [ofRow(parsed.problem)] };
    const errors = parsed.error.issues.map(({ path, message }) => ({
      field: fieldOf(createPointer(path)),
      detail: message,
    }));
    return { whole: input, errors: errors.slice(0, mostErrors) };
  };
  return (cells) => {
    const odd = findOddCells(cells, columns);
    const texts = columns.flatMap((field, i) => readCell(field, cells[i] ?? ""));
    try {
      const input = parseFields(fields, new Map(texts));
      if (odd.length > 0) return { input, whole: input, errors: odd.slice(0, mostErrors) };
      return { input, ...judge(input) };
    } catch (error) {
      // A field of JSON that is nested too deep.
      if (!(error instanceof RequestError)) throw error;
      return { input: {}, whole: {}, errors: [ofRow(error.message)] };
    }
  };
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
