import type { Server } from "node:http";
import type { Socket } from "node:net";
import { clientOf } from "./client-address.ts";

/** From this share of the connections on, a client may have no more than its own share. */
const sharedRatio = 0.5;
/** From this share on, idle ones are closed to make room. */
const crowdedRatio = 0.75;

export interface ConnectionLimits {
  /** Connections in all. */
  readonly max: number;
  /** Of these, what one client may have where many are taken; behind a proxy all are the proxy's. */
  readonly perClient: number;
}

/**
 * Keeps room for others: once half of the connections are taken, every further one of a client that
 * has its share is cut, and from three quarters on idle ones are closed. A client that may not
 * connect is cut off at once. Returns a function that cuts all connections of a client.
 */
export function limitConnections(
  server: Server,
  { max, perClient }: ConnectionLimits,
  mayConnect: (client: string) => boolean,
): (client: string) => void {
  const connections = new Map<string, Set<Socket>>();
  let open = 0;
  // What Node.js does with a connection is work, and garbage, that one which is refused is not worth.
  const serve = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    const client = clientOf(socket.remoteAddress ?? "");
    const own = connections.get(client) ?? new Set();
    const isFull = open >= max;
    const crowds = own.size >= perClient && open >= max * sharedRatio;
    // The next one finds room.
    if (isFull) server.closeIdleConnections();
    if (isFull || crowds || !mayConnect(client)) {
      socket.destroy();
      return;
    }
    open += 1;
    connections.set(client, own.add(socket));
    socket.once("close", () => {
      open -= 1;
      own.delete(socket);
      if (own.size === 0) connections.delete(client);
    });
    for (const listener of serve) listener.call(server, socket);
    if (open > max * crowdedRatio) server.closeIdleConnections();
  });
  return (client) => {
    for (const socket of connections.get(client) ?? []) socket.destroy();
  };
}
