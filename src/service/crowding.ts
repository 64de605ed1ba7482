import type { Server } from "node:http";
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
 * has its share is cut, and from three quarters on idle ones are closed.
 */
export function limitConnections(server: Server, { max, perClient }: ConnectionLimits): void {
  const counts = new Map<string, number>();
  let open = 0;
  server.maxConnections = max;
  server.on("connection", (socket) => {
    const client = clientOf(socket.remoteAddress ?? "");
    const count = counts.get(client) ?? 0;
    if (count >= perClient && open >= max * sharedRatio) {
      socket.destroy();
      return;
    }
    open += 1;
    counts.set(client, count + 1);
    socket.once("close", () => {
      open -= 1;
      const left = (counts.get(client) ?? 1) - 1;
      if (left === 0) counts.delete(client);
      else counts.set(client, left);
    });
    if (open > max * crowdedRatio) server.closeIdleConnections();
  });
}
