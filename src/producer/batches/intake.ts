import { fileBatchLimits } from "../../contract/file-batches.ts";
import type { FileRow, NewFileBatch } from "../../queue/file-batches.ts";
import type { Turns } from "../../service/turns.ts";
import type { Task } from "../../task/task.ts";
import { RequestError } from "../http/errors.ts";
import type { Field } from "../pages/fields.ts";
import type { FileDraft } from "./batch-store.ts";
import { namesOf, readColumns } from "./csv-columns.ts";
import { openCsv } from "./csv-file.ts";
import { createRowReader } from "./csv-input.ts";

/** A file for a task, as it comes. */
export interface GivenFile {
  readonly task: Task;
  /** Of the task. */
  readonly name: string;
  readonly fields: readonly Field[];
  /** What its sender calls it. */
  readonly file: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Shared by all files. */
  readonly turns: Turns;
}

/** What costs most is a row in each byte. */
const pieceBytes = 1_024;
/** Of a file's name. */
const longestName = 100;

/**
 * Judges each row of a file as it comes, and has it drafted with what is wrong with it, without making
 * a job of any. Returns what is to be said of the file once it is kept. Throws a `RequestError` for a
 * file of which no row can be told, and what `draft` throws.
 */
export async function takeFile(
  draft: Pick<FileDraft, "add">,
  given: GivenFile,
): Promise<Omit<NewFileBatch, "client">> {
  const { fields } = given;
  const { style, header, rows } = await openCsv(readInTurns(given), namesOf(fields));
  const problems: Omit<FileRow, "cells">[] = [];
  const previewed: number[] = [];
  let columns: readonly Field[] = [];
  let total = 0;
  let wrong = 0;
  try {
    columns = readColumns(header, fields);
    const read = createRowReader(given.task, fields, columns);
    for await (const { row, cells } of rows) {
      total += 1;
      if (total > fileBatchLimits.rows) throw refuseRows(fileBatchLimits.rows);
      const { errors } = read(cells);
      if (errors.length > 0) wrong += 1;
      else if (previewed.length < fileBatchLimits.previewed) previewed.push(total - 1);
      if (errors.length > 0 && wrong <= fileBatchLimits.problems) problems.push({ row, errors });
      // Of what is beyond the columns it is told that it was there.
      await draft.add({ row, cells: cells.slice(0, columns.length), errors });
    }
  } finally {
    // What reads them holds a turn until then.
    await rows.return();
  }
  if (total === 0) {
    throw new RequestError(422, "the file has no rows below the names of its columns");
  }
  return {
    task: given.name,
    file: given.file.slice(0, longestName).toWellFormed(),
    columns: columns.map(({ name }) => name),
    ...style,
    total,
    wrong,
    problems,
    previewed,
  };
}

/** One piece of a file after the other, between which whoever asks for anything else is answered. */
async function* readInTurns({ bytes, turns }: GivenFile): AsyncGenerator<Uint8Array, void> {
  for await (const part of bytes) {
    for (let from = 0; from < part.length; from += pieceBytes) {
      const release = await turns.take();
      try {
        yield part.subarray(from, from + pieceBytes);
      } finally {
        release();
      }
    }
  }
}

function refuseRows(most: number): RequestError {
  return new RequestError(422, `the file has too many rows, expected at most ${most}: split it`);
}
