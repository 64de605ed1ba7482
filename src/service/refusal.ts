import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** Answers what no app gets to see, in one line. */
export function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response
    .writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers })
    .end(`${reason}\n`);
}
