import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { HostCheck } from "./known-hosts.ts";

/** An answer that the request's own words demand, whichever app it is for. */
export interface ProtocolAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Of the server as a whole; what a path takes, the app says. */
const methods = "GET, HEAD, OPTIONS, POST";

/** What HTTP (RFC 9110 and 9112) has a request answered before any app sees it; `undefined` when nothing. */
export function answerProtocol(
  { headers, httpVersion, method, rawHeaders, url }: IncomingMessage,
  isOurs: HostCheck,
): ProtocolAnswer | undefined {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && isHost(name)).length;
  if (hosts > 1) return { status: 400, reason: "expected one Host header" };
  if (hosts === 0 && httpVersion === "1.1") {
    return { status: 400, reason: "expected a Host header" };
  }
  // Where the request itself names a server, its Host counts for nothing (RFC 9112, 3.2.2).
  const [, named] = /^https?:\/\/([^/?#]*)/i.exec(url ?? "") ?? [];
  if (!isOurs(named ?? headers.host)) {
    const reason =
      "this is no name of ours: expected an address, localhost or one of ALLOWED_HOSTS";
    return { status: 421, reason };
  }
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    const reason = "expected no transfer coding but chunked";
    return { status: 501, reason, headers: { connection: "close" } };
  }
  if (url !== "*") return undefined;
  if (method === "OPTIONS") return { status: 200, reason: methods, headers: { allow: methods } };
  return { status: 400, reason: "expected a path; * is for OPTIONS alone" };
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === "host";
}

/**
 * Tells a client that holds its body back (`Expect: 100-continue`) to send it, once an app begins to
 * read it. Node.js closes the connection of one that is answered without having been told.
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return;
    request.off("newListener", onListener);
    if (!response.headersSent) response.writeContinue();
  };
  request.on("newListener", onListener);
}
