import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** Answers what no app gets to see, in one line. */
export function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = `${reason}\n`;
  response
    .writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      // Of a HEAD, too, which Node.js would not count.
      "content-length": Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
}
