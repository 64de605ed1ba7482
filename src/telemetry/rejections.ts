import { diag } from "@opentelemetry/api";
import type { ExportResult } from "@opentelemetry/core";

/** What a receiver that took a request says it did not keep of it. */
export interface Rejection {
  readonly count: number;
  readonly error: Error | undefined;
}

export type SendResult = ExportResult & { readonly rejected?: Rejection | undefined };

interface Exporter<T> {
  export(items: T[], done: (result: ExportResult) => void): void;
}

/** Has exporters tell of a partial success with their result, which the SDK calls a success. */
export type TellRejections = <T>(exporter: Exporter<T>) => {
  export(items: T[], done: (result: SendResult) => void): void;
};

const ignore = () => undefined;

/**
 * The SDK says what was rejected in its own log alone, just before it calls the request done: what
 * was said last belongs to the request that ends next. An operator's OTEL_LOG_LEVEL has the SDK
 * print that log instead, which is then all that tells.
 */
export function watchRejections(): TellRejections {
  let last: Rejection | undefined;
  diag.setLogger(
    {
      error: ignore,
      warn: (_, ...texts) => (last = texts.map(readRejection).find(Boolean) ?? last),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    },
    // Where it starts anew, as in tests, there is one already.
    { suppressOverrideMessage: true },
  );
  return (exporter) => ({
    export(items, done) {
      exporter.export(items, (result) => {
        const rejected = last;
        last = undefined;
        done({ ...result, rejected });
      });
    },
  });
}

/** OTLP's `partialSuccess` as JSON, where a number may be a string. */
function readRejection(text: unknown): Rejection | undefined {
  try {
    const { rejectedSpans, rejectedLogRecords, errorMessage } = JSON.parse(String(text));
    const count = Number(rejectedSpans ?? rejectedLogRecords);
    if (!(count > 0)) return undefined;
    return { count, error: errorMessage ? new Error(String(errorMessage)) : undefined };
  } catch {
    return undefined;
  }
}
