import type { IncomingMessage } from "node:http";

/** How long a body may take to come. */
export const bodyTime = {
  firstMs: 10_000,
  /** For as many as have come it may take a second longer. */
  bytesPerSecond: 131_072,
  /** For the answer of whoever reads it, until the connection is cut. */
  answerMs: 2_000,
} as const;

/** Until another look at a body of which we have not read what has come. */
const unreadMs = 1_000;

/** The event of a request whose body comes too slowly. */
export const lateBody = Symbol("late body");

/**
 * Bounds the time of a request's body by how much of it has come, so that a large one may come over a
 * slow line, and none stays half way. Whoever has asked for the event may answer then, and has the
 * connection cut a little later; otherwise `refuse` is called.
 */
export function limitBodyTime(request: IncomingMessage, refuse: () => void): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  const startedAt = performance.now();
  const before = socket.bytesRead;
  const look = () => {
    if (request.complete || socket.destroyed) return;
    const seconds = (socket.bytesRead - before) / bodyTime.bytesPerSecond;
    const leftMs = bodyTime.firstMs + seconds * 1_000 - (performance.now() - startedAt);
    if (leftMs > 0) {
      timer = setTimeout(look, leftMs).unref();
    } else if (request.readableLength > 0) {
      // It is us who are slow.
      timer = setTimeout(look, unreadMs).unref();
    } else if (request.emit(lateBody)) {
      timer = setTimeout(() => socket.destroy(), bodyTime.answerMs).unref();
    } else {
      refuse();
    }
  };
  let timer = setTimeout(look, bodyTime.firstMs).unref();
  request.once("close", () => clearTimeout(timer));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
