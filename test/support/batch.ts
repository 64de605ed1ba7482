import { paths } from "../../src/contract/paths.ts";
import { readBody } from "./client.ts";

/** What became of a batch, as the API tells it. */
export interface BatchAnswer {
  readonly queued: number;
  readonly known: number;
  readonly refused: number;
  readonly rows: readonly {
    readonly row: number;
    readonly outcome: string;
    readonly id?: string;
    readonly problem?: {
      readonly status: number;
      readonly detail: string;
      readonly kind?: string;
      readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
    };
    readonly retry_after_seconds?: number;
  }[];
  readonly unread?: { readonly status: number; readonly detail: string };
}

export const ndjson = "application/x-ndjson";

/** A row for the fixture task. */
export function division(x: number, more: object = {}): object {
  return { task: "quotient", input: { x, y: 2, delayMs: 0 }, ...more };
}

export function divisions(count: number): object[] {
  return Array.from({ length: count }, (_, index) => division(index));
}

export function toLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Sends lines, or an array. */
export async function postBatch(
  url: string,
  body: string | Buffer | readonly object[],
  headers: Record<string, string> = {},
): Promise<Response> {
  const isText = typeof body === "string" || Buffer.isBuffer(body);
  return fetch(`${url}${paths.batch}`, {
    method: "POST",
    headers: { "content-type": isText ? ndjson : "application/json", ...headers },
    body: isText ? body : JSON.stringify(body),
  });
}

/** The same; throws unless the batch as a whole is taken. */
export async function submitBatch(...sent: Parameters<typeof postBatch>): Promise<BatchAnswer> {
  const response = await postBatch(...sent);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return readBody(response);
}

export function idsOf({ rows }: BatchAnswer): (string | undefined)[] {
  return rows.map(({ id }) => id);
}
