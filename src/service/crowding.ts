import type { Server } from "node:http";
import type { Socket } from "node:net";
import { clientOf } from "./client-address.ts";
import type { IdleConnections } from "./idle-connections.ts";

/** From this share of the connections on, a client may have no more than its own share. */
const sharedRatio = 0.5;
/** Beyond this share, each new one closes an idle one. */
const crowdedRatio = 0.75;

export interface ConnectionLimits {
  /** Connections in all. */
  readonly max: number;
  /** Of these, what one client may have where many are taken; behind a proxy all are the proxy's. */
  readonly perClient: number;
}

/**
 * Keeps room for others: once half of the connections are taken, every further one of a client that
 * has its share is cut, and from three quarters on each takes the place of the one that has been idle
 * for longest. A client that may not connect is cut off at once, and makes nobody lose a connection.
 * Returns a function that cuts all connections of a client.
 */
export function limitConnections(
  server: Server,
  { max, perClient }: ConnectionLimits,
  { mayConnect, idle }: { mayConnect: (client: string) => boolean; idle: IdleConnections },
): (client: string) => void {
  const connections = new Map<string, Set<Socket>>();
  const open = new Set<Socket>();
  const hasRoom = () => {
    const closed = open.size >= max * crowdedRatio ? idle.closeOldest() : undefined;
    if (closed !== undefined) open.delete(closed);
    return open.size < max;
  };
  // What Node.js does with a connection is work, and garbage, that one which is refused is not worth.
  const serve = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    const client = clientOf(socket.remoteAddress ?? "");
    const own = connections.get(client) ?? new Set();
    const crowds = own.size >= perClient && open.size >= max * sharedRatio;
    if (crowds || !mayConnect(client) || !hasRoom()) {
      socket.destroy();
      return;
    }
    open.add(socket);
    connections.set(client, own.add(socket));
    socket.once("close", () => {
      open.delete(socket);
      own.delete(socket);
      if (own.size === 0) connections.delete(client);
    });
    for (const listener of serve) listener.call(server, socket);
  });
  return (client) => {
    for (const socket of connections.get(client) ?? []) socket.destroy();
  };
}
