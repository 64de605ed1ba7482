import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

/** A request that came to a receiver. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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

/** A server that callbacks lead to; it goes with the test. It takes them, unless it answers otherwise. */
export async function startReceiver(
  answer: Answer = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => void take(request, response));
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const one = {
      path: request.url ?? "",
      headers: request.headers as Record<string, string>,
      body,
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
    url: `http://127.0.0.1:${port}`,
    received,
    until: async (count) => {
      await until(`${count} callbacks`, () => received.length >= count);
      return received;
    },
  };
}
