import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificates.ts";
import { until } from "./until.ts";

/** A request that came to a receiver. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The name that was asked for where the connection began; `undefined` without TLS. */
  readonly serverName: string | undefined;
  /** What is told in it. */
  readonly message: {
    readonly type: string;
    readonly version: number;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>> & { readonly id: string };
  };
}

export interface Receiver {
  readonly url: string;
  /** All requests, in the order in which they came. */
  readonly received: readonly Received[];
  /** Waits for so many requests, and returns them. */
  until(count: number): Promise<readonly Received[]>;
}

type Answer = (response: ServerResponse, received: Received) => void;

/**
 * A server that callbacks lead to; it goes with the test. It takes them, unless it answers otherwise. With
 * a certificate it speaks HTTPS, and is to be found as "localhost".
 */
export async function startReceiver(
  answer: Answer = (response) => response.writeHead(204).end(),
  certificate?: Certificate,
): Promise<Receiver> {
  const received: Received[] = [];
  const listen = (request: IncomingMessage, response: ServerResponse) =>
    void take(request, response);
  const server =
    certificate === undefined ? createServer(listen) : createTlsServer(certificate, listen);
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const one = {
      path: request.url ?? "",
      headers: request.headers as Record<string, string>,
      body,
      serverName: request.socket instanceof TLSSocket ? nameOf(request.socket) : undefined,
      message: JSON.parse(body) as Received["message"],
    };
    received.push(one);
    answer(response, one);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    received,
    until: async (count) => {
      await until(`${count} callbacks`, () => received.length >= count);
      return received;
    },
  };
}

function nameOf({ servername }: TLSSocket & { readonly servername?: unknown }): string | undefined {
  return typeof servername === "string" ? servername : undefined;
}
