import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { DropReason } from "../contract/telemetry.ts";
import type { SendResult } from "./rejections.ts";

/** Told of what is lost, and why, as far as the receiver said. */
export type OnDropped = (reason: DropReason, count: number, error?: Error) => void;

export interface OutboxLimits {
  /** Of what waits or is being sent. */
  readonly items: number;
  /** Of the same, as `sizeOf` measures it. */
  readonly size: number;
  /** Of what goes into one request, unless a single item is larger. */
  readonly requestSize: number;
}

interface Exporter<T> {
  export(items: T[], done: (result: SendResult) => void): void;
}

/** What is on its way to a receiver: no more than its limits, and nothing is lost unsaid. */
export interface Outbox<T> {
  /** Whether there is room for one more. */
  admit(item: T): boolean;
  /** Sends in requests of a limited size, one after the other. */
  send(exporter: Exporter<T>, items: readonly T[], done: (result: ExportResult) => void): void;
  /** Gives up what has not been sent. */
  abandon(): void;
}

export function createOutbox<T>({
  limits,
  sizeOf,
  onDropped,
}: {
  readonly limits: OutboxLimits;
  /** Must always say the same of the same item. */
  readonly sizeOf: (item: T) => number;
  readonly onDropped: OnDropped;
}): Outbox<T> {
  let items = 0;
  let size = 0;
  const settle = (sent: readonly T[], { code, error, rejected }: SendResult) => {
    items -= sent.length;
    size -= sent.reduce((sum, item) => sum + sizeOf(item), 0);
    if (code !== ExportResultCode.SUCCESS) onDropped("not_taken", sent.length, error);
    else if (rejected !== undefined) onDropped("rejected", rejected.count, rejected.error);
  };
  return {
    admit(item) {
      const more = sizeOf(item);
      if (items >= limits.items || size + more > limits.size) {
        onDropped("no_room", 1);
        return false;
      }
      items += 1;
      size += more;
      return true;
    },
    send(exporter, all, done) {
      const requests = split(all, sizeOf, limits.requestSize);
      const results: ExportResult[] = [];
      const next = () => {
        const request = requests.shift();
        if (request === undefined) {
          const failed = results.find(({ code }) => code !== ExportResultCode.SUCCESS);
          done(failed ?? { code: ExportResultCode.SUCCESS });
          return;
        }
        exporter.export(request, (result) => {
          settle(request, result);
          results.push(result);
          next();
        });
      };
      next();
    },
    abandon() {
      if (items > 0) onDropped("stopped", items);
    },
  };
}

function split<T>(items: readonly T[], sizeOf: (item: T) => number, maxSize: number): T[][] {
  const parts: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const more = sizeOf(item);
    if (size + more > maxSize) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(item);
    size += more;
  }
  return parts;
}
