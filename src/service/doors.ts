import { once } from "node:events";
import type { Server } from "node:http";
import {
  type AddressInfo,
  createServer,
  type ListenOptions,
  type Server as NetServer,
} from "node:net";

/**
 * Sockets that listen on the one port. libuv accepts one connection of each in a turn of the event
 * loop, first come, first served: with a single one, those who come in a storm of connections, while
 * turns are long, wait for seconds (F25: 4 s, with sixteen 1 s; more make no difference).
 */
const doors = 16;

/**
 * Connections that wait to be accepted; the kernel has 4,096 at most. At Node.js's 511, a client that
 * opens so many at once makes others begin anew, after a second, then three.
 */
const backlog = 4_096;

/** Of a service that listens beside another process of its own kind, which it follows. */
export const sharingOption = { "share-ports": { type: "boolean" } } as const;

/** Whether several sockets can listen on one port here. */
export const canSharePorts = process.platform === "linux";

/** Where a server listens. */
export interface Doors {
  readonly port: number;
  /** Accepts no more; resolves when the last connection has ended. */
  close(): Promise<void>;
}

/**
 * Has a server listen on a port, 0 for any, through several sockets where the kernel shares
 * connections out among them. Throws when somebody else listens there, unless `sharesPort`: then it
 * may be who listens through such sockets, too.
 */
export async function openDoors(
  server: Server,
  host: string,
  port: number,
  { sharesPort = false }: { sharesPort?: boolean } = {},
): Promise<Doors> {
  const shares = canSharePorts;
  // Sockets that share a port would share it with another program of the same user, too.
  if (shares && port !== 0 && !sharesPort) await probe({ host, port });
  const first = await listen(server, { host, port, backlog, reusePort: shares });
  const others = Array.from({ length: shares ? doors - 1 : 0 }, () => {
    // As the server of HTTP does for its own.
    const door = createServer({ allowHalfOpen: true, noDelay: true });
    return door.on("connection", (socket) => void server.emit("connection", socket));
  });
  try {
    const options = { host, port: portOf(first), backlog, reusePort: true };
    await Promise.all(others.map((door) => listen(door, options)));
  } catch (error) {
    for (const door of [first, ...others]) door.close();
    throw error;
  }
  return {
    port: portOf(first),
    async close() {
      await Promise.all([first, ...others].map(close));
    },
  };
}

async function probe(options: ListenOptions): Promise<void> {
  await close(await listen(createServer(), options));
}

async function listen<S extends NetServer>(server: S, options: ListenOptions): Promise<S> {
  server.listen(options);
  await once(server, "listening");
  return server;
}

async function close(server: NetServer): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
}

/** A server that listens on TCP has an address with a port. */
function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}
