import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Connections that have had all of their answers and wait for the next request; a server that stops has none. */
export interface IdleConnections {
  /** Closes the one that has waited longest, and returns it; undefined if none is idle. */
  closeOldest(): Socket | undefined;
  closeAll(): void;
}

/**
 * Knows a server's idle connections. To Node.js's own `closeIdleConnections`, one is idle as soon as
 * its answer is complete, though most of that may still wait for a client that reads slowly.
 */
export function trackIdle(server: Server): IdleConnections {
  /** Requests that are not read and answers that are not sent to their ends. */
  const busyWith = new WeakMap<Socket, number>();
  // A set keeps the order in which they have become idle.
  const idle = new Set<Socket>();
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (!busyWith.has(socket)) socket.once("close", () => idle.delete(socket));
    idle.delete(socket);
    busyWith.set(socket, (busyWith.get(socket) ?? 0) + 2);
    const end = () => {
      const left = (busyWith.get(socket) ?? 0) - 1;
      busyWith.set(socket, left);
      if (left > 0 || socket.destroyed) return;
      // Otherwise a stop would wait for the client to leave a connection that is still good.
      if (server.listening) idle.add(socket);
      else socket.destroy();
    };
    request.once("close", end);
    // When its last byte has gone to the system.
    response.once("close", end);
  };
  server.on("request", begin).on("checkExpectation", begin);
  return {
    closeOldest() {
      const [oldest] = idle;
      if (oldest === undefined) return undefined;
      idle.delete(oldest);
      return oldest.destroy();
    },
    closeAll() {
      for (const socket of idle) socket.destroy();
      idle.clear();
    },
  };
}
