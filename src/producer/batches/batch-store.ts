import { fileBatchLimits } from "../../contract/file-batches.ts";
import { createClientTag } from "../../queue/client-tag.ts";
import {
  addFileRows,
  beginFileBatch,
  dropFileRows,
  type FileBatch,
  type FileRow,
  holdFileBatch,
  type NewFileBatch,
  noteOutcomes,
  pickFileRows,
  readFileBatch,
  readFileRows,
  readOutcomes,
  type RowOutcome,
  weighFileRow,
} from "../../queue/file-batches.ts";
import { keepFileBatch } from "../../queue/file-room.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import { createRandomId, isJobId } from "../../queue/job-id.ts";
import { type BriefFile, readBriefFiles } from "../../queue/own-files.ts";
import { RequestError, UnavailableError } from "../http/errors.ts";
import { type Desk, type Desks, firstDesk } from "../jobs/desk.ts";
import { findShortage } from "../../queue/room.ts";
import { createDraftRoom, type DraftPlace } from "./draft-room.ts";

/** A file whose rows come one after the other; it is there for others once it is kept. */
export interface FileDraft {
  readonly id: string;
  add(row: FileRow): Promise<void>;
  /**
   * Throws an `UnavailableError` where there is no room for it, a 429 `RequestError` where that is for
   * its client's own files, and a 408 where it took so long that rows are lost.
   */
  keep(said: Omit<NewFileBatch, "client">): Promise<void>;
  /** Forgets its rows where they were not kept, as far as Redis can be asked; the others go within a minute. */
  close(): Promise<void>;
}

/** The files that wait to be submitted, or were. */
export interface BatchStore {
  /** Throws an `UnavailableError` while Redis takes no jobs either. */
  begin(client: string): Promise<FileDraft>;
  /** Throws a 404 `RequestError` where there is none, or it is not kept any longer. */
  find(id: string | undefined): Promise<FileBatch>;
  /** What a list tells of those that are still kept. */
  list(ids: readonly string[]): Promise<readonly BriefFile[]>;
  /** Whether it is of that client. */
  isOf(batch: FileBatch, client: string): Promise<boolean>;
  /** Throws as `find` where they are not all there any longer. */
  rows(batch: FileBatch, from: number, count: number): Promise<readonly FileRow[]>;
  /** The first rows without errors; throws as `rows`. */
  preview(batch: FileBatch): Promise<readonly FileRow[]>;
  outcomes(id: string): Promise<ReadonlyMap<number, RowOutcome>>;
  /** Throws as `find`, as the two below do. */
  submitting(batch: FileBatch): Promise<void>;
  note(batch: FileBatch, outcomes: ReadonlyMap<number, RowOutcome>): Promise<void>;
  hold(batch: FileBatch, why: string, ms: number): Promise<void>;
}

/** Bytes of rows that are sent to Redis in one go. */
const pieceBytes = 65_536;

export function createBatchStore(desks: Desks, idSecret: ReadIdSecret): BatchStore {
  const home = firstDesk(desks);
  const room = createDraftRoom(fileBatchLimits.draftedBytes);
  const { ask } = home;
  const tagOf = async (client: string) => createClientTag(await ask(idSecret), client);
  return {
    async begin(client) {
      if (findShortage(await home.load(), Infinity) !== undefined) {
        throw new UnavailableError("memory_low");
      }
      const tag = await tagOf(client);
      return createDraft(home.ask, room.enter(tag), tag);
    },
    async find(id) {
      const batch =
        id !== undefined && isJobId(id)
          ? await ask((queue, redis) => readFileBatch(queue, redis, id))
          : undefined;
      return batch ?? refuseMissing(id);
    },
    list: async (ids) =>
      ids.length === 0 ? [] : ask((queue, redis) => readBriefFiles(queue, redis, ids)),
    isOf: async ({ client: owner }, client) => owner === (await tagOf(client)),
    async rows({ id, total }, from, count) {
      const rows = await ask((queue, redis) => readFileRows(queue, redis, { id, from, count }));
      return rows.length < Math.min(count, total - from) ? refuseMissing(id) : rows;
    },
    async preview({ id, previewed: places }) {
      const rows = await ask((queue, redis) => pickFileRows(queue, redis, { id, places }));
      return rows.length < places.length ? refuseMissing(id) : rows;
    },
    outcomes: (id) => ask((queue, redis) => readOutcomes(queue, redis, id)),
    async submitting({ id }) {
      if (!(await ask((queue, redis) => beginFileBatch(queue, redis, id)))) refuseMissing(id);
    },
    async note(batch, outcomes) {
      const isNoted = await ask((queue, redis) => noteOutcomes(queue, redis, batch, outcomes));
      if (!isNoted) refuseMissing(batch.id);
    },
    async hold({ id }, why, ms) {
      const isHeld = await ask((queue, redis) => holdFileBatch(queue, redis, { id, why, ms }));
      if (!isHeld) refuseMissing(id);
    },
  };
}

function createDraft(ask: Desk["ask"], place: DraftPlace, client: string): FileDraft {
  const id = createRandomId();
  let bytes = 0;
  let piece: FileRow[] = [];
  let size = 0;
  let isKept = false;
  const send = async () => {
    const rows = piece;
    piece = [];
    size = 0;
    if (rows.length > 0) await ask((queue, redis) => addFileRows(queue, redis, id, rows));
  };
  return {
    id,
    async add(row) {
      const weight = weighFileRow(row);
      if (!place.take(weight)) {
        // Its body may go on coming for long.
        place.leave();
        throw new UnavailableError("storage_full");
      }
      piece.push(row);
      bytes += weight;
      size += weight;
      if (size >= pieceBytes) await send();
    },
    async keep(said) {
      await send();
      const batch = { ...said, client };
      const keeping = await ask((queue, redis) =>
        keepFileBatch(queue, redis, { id, bytes, batch }),
      );
      if (keeping === "full of the client's own") throw refuseClient();
      if (keeping === "rows lost") throw refuseLate();
      if (keeping !== "kept") throw new UnavailableError("storage_full");
      isKept = true;
    },
    async close() {
      place.leave();
      if (!isKept)
        await ask((queue, redis) => dropFileRows(queue, redis, id)).catch(() => undefined);
    },
  };
}

function refuseClient(): RequestError {
  const { clientBytes, leastBytes, heldMs } = fileBatchLimits;
  return new RequestError(
    429,
    `the files from here that were submitted within an hour take ${clientBytes / 1_048_576} MB, ` +
      `each at least ${leastBytes / 1_024} KB; expected less`,
    { retryAfterSeconds: heldMs / 1_000 },
  );
}

function refuseLate(): RequestError {
  return new RequestError(
    408,
    "the file took so long to come that its first rows are no longer kept: send it again",
  );
}

function refuseMissing(id: string | undefined): never {
  const hours = fileBatchLimits.unsubmittedMs / 3_600_000;
  throw new RequestError(
    404,
    `there is no batch "${id}", or it is no longer kept: one that nobody submits is kept for ` +
      `${hours} hour, and any only while there is room; its jobs stay where they are`,
  );
}
