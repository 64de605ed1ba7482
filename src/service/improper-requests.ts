import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { phraseOf } from "./phrases.ts";

/** What Node.js knows and does not publish: the answer that a connection is being sent. */
interface WithAnswer {
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

const late = "ERR_HTTP_REQUEST_TIMEOUT";

/** By Node.js's code of what is wrong. */
const refusals: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  [late]: [408, "the request took too long"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "expected shorter chunk extensions"],
  HPE_HEADER_OVERFLOW: [431, "expected shorter header fields"],
};
const improper = [400, "this is no proper HTTP/1.1"] as const;

/**
 * Answers in a line what cannot be read as a request, and closes its connection: Node.js would say
 * nothing but a status, and that by an older name.
 */
export function answerImproper(server: Server): void {
  server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket: Duplex & WithAnswer) => {
    const { _httpMessage: answer } = socket;
    // What is written into an answer would be taken for a part of it.
    if (socket.writable && answer?.headersSent !== true) {
      socket.write(render(...(refusals[code] ?? improper)));
    }
    socket.destroy();
  });
}

/** Has a connection answered as one whose request Node.js finds too slow. */
export function refuseLate(server: Server, socket: Duplex): void {
  const error: NodeJS.ErrnoException = new Error("the body took too long");
  error.code = late;
  server.emit("clientError", error, socket);
}

function render(status: number, reason: string): string {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status} ${phraseOf(status)}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
