import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { clientOf } from "./client-address.ts";
import type { CountEvent } from "./client-rate.ts";
import { refuse } from "./refusal.ts";
import { createTally } from "./tally.ts";

/** Browsers and proxies wait for one answer at a time; a few at once harm nobody. */
const maxUnanswered = 8;

/** As so many counts each request that comes after its connection was cut: a thousand are one client's burst. */
const lateWorth = 2;

/** What a connection waits for. */
interface Waiting {
  readonly client: string;
  readonly answers: Set<() => void>;
  /** It was told to come later, on another connection. */
  refused: boolean;
}

export interface RateLimit {
  /** Counts a request. */
  readonly isWithinRate: CountEvent;
  /** Cuts all connections of a client, also those of which nothing was read yet. */
  readonly cut: (client: string) => void;
}

/**
 * Returns a function that says whether a request may be handled; if not, it has dealt with it.
 * Node.js runs all requests of a connection at once, a thousand in a few kilobytes: a connection
 * that waits for more than eight answers is cut, and nothing more of it is handled. A client that
 * waits for `perClient` on all of its connections is told to come later, and one that may not ask is cut.
 */
export function createPipelineLimit(
  perClient: number,
  { isWithinRate, cut }: RateLimit,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const connections = new WeakMap<Socket, Waiting>();
  const tally = createTally();
  const connect = (socket: Socket): Waiting => {
    const waiting = {
      client: clientOf(socket.remoteAddress ?? ""),
      answers: new Set<() => void>(),
      refused: false,
    };
    connections.set(socket, waiting);
    // Not all answers close with their connection: those that wait for another one do not.
    socket.once("close", () => {
      for (const release of waiting.answers) release();
    });
    return waiting;
  };
  return ({ socket }, response) => {
    const waiting = connections.get(socket) ?? connect(socket);
    const { client, answers } = waiting;
    // Also the rest of what was read before the connection was cut, which takes Node.js its time.
    if (!isWithinRate(client, socket.destroyed ? lateWorth : 1)) {
      cut(client);
      return false;
    }
    if (socket.destroyed) return false;
    if (waiting.refused || answers.size >= maxUnanswered) {
      socket.destroy();
      return false;
    }
    const release = tally.add(client);
    answers.add(release);
    response.once("close", () => {
      answers.delete(release);
      release();
    });
    if (tally.of(client) <= perClient) return true;
    waiting.refused = true;
    refuse(response, 429, "too many requests from here are unanswered, try again", {
      "retry-after": "1",
      connection: "close",
    });
    return false;
  };
}
