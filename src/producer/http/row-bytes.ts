/** One row of a body that is read row by row. */
export interface RowBytes {
  /** Its place in the body, from 1. */
  readonly row: number;
  /** What it says; `undefined` where that is longer than a row may be. */
  readonly bytes: Buffer | undefined;
}

/** Finds the rows of a body that comes in parts. */
export interface RowSplitter {
  /** The rows that end in this part; throws a `RequestError` for what no row can follow. */
  push(part: Buffer): Generator<RowBytes>;
  /** The last row, after the last part; throws as `push` does. */
  end(): Generator<RowBytes>;
}

export interface RowLimits {
  readonly maxRows: number;
  /** Of one row. */
  readonly maxBytes: number;
}

/** A row that goes on from part to part. */
export interface UnendedRow {
  readonly isEmpty: boolean;
  /** Keeps what is there of it so far. */
  add(bytes: Buffer): void;
  /** The whole row with its last bytes, after which another one begins; `undefined` if it is too long. */
  end(bytes: Buffer): Buffer | undefined;
}

const nothing = Buffer.alloc(0);
const firstBytes = 1_024;

/**
 * Keeps a copy, for a part may be one byte of many kilobytes that it would hold in memory; and
 * nothing at all of a row that is too long.
 */
export function createUnendedRow(maxBytes: number): UnendedRow {
  let kept: Buffer = nothing;
  let length = 0;
  const add = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    const needed = length + bytes.length;
    if (needed > maxBytes) kept = nothing;
    else {
      if (needed > kept.length) kept = enlarge(kept, length, Math.min(maxBytes, 2 * needed));
      bytes.copy(kept, length);
    }
    length = needed;
  };
  return {
    get isEmpty() {
      return length === 0;
    },
    add,
    end(bytes) {
      if (length === 0) return bytes.length > maxBytes ? undefined : bytes;
      add(bytes);
      const whole = length > maxBytes ? undefined : kept.subarray(0, length);
      kept = nothing;
      length = 0;
      return whole;
    },
  };
}

function enlarge(kept: Buffer, length: number, wanted: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(firstBytes, wanted));
  kept.copy(larger, 0, 0, length);
  return larger;
}
