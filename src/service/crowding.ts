import type { Server } from "node:http";
import { clientOf } from "./client-address.ts";

/** From this share of the connections on, idle ones are closed to make room. */
const crowdedRatio = 0.75;

export interface ConnectionLimits {
  /** Connections in all. */
  readonly max: number;
  /** Of these, connections of one client; behind a proxy all are the proxy's. */
  readonly perClient: number;
}

/** Closes idle connections before all are taken, and every further one of a client that has its share. */
export function limitConnections(server: Server, { max, perClient }: ConnectionLimits): void {
  const counts = new Map<string, number>();
  server.maxConnections = max;
  server.on("connection", (socket) => {
    const client = clientOf(socket.remoteAddress ?? "");
    const count = counts.get(client) ?? 0;
    if (count >= perClient) {
      socket.destroy();
      return;
    }
    counts.set(client, count + 1);
    socket.once("close", () => {
      const left = (counts.get(client) ?? 1) - 1;
      if (left === 0) counts.delete(client);
      else counts.set(client, left);
    });
    server.getConnections((_, open) => {
      if (open > max * crowdedRatio) server.closeIdleConnections();
    });
  });
}
