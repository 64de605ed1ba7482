import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Browsers and proxies wait for one answer at a time; a few at once harm nobody. */
const maxUnanswered = 8;

/**
 * Returns a function that says whether a request may be handled. Node.js runs all requests of a
 * connection at once, a thousand in a few kilobytes: a connection that waits for more than eight
 * answers is cut, and nothing more of it is handled.
 */
export function createPipelineLimit(): (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean {
  const unanswered = new WeakMap<Socket, number>();
  const countOf = (socket: Socket) => unanswered.get(socket) ?? 0;
  return ({ socket }, response) => {
    // The rest of what was read before it was cut.
    if (socket.destroyed) return false;
    if (countOf(socket) >= maxUnanswered) {
      socket.destroy();
      return false;
    }
    unanswered.set(socket, countOf(socket) + 1);
    response.once("close", () => unanswered.set(socket, countOf(socket) - 1));
    return true;
  };
}
