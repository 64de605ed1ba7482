import type { Server } from "node:http";
import type { Socket } from "node:net";

const lookEveryMs = 1_000;
/** Looks that find no byte gone: a client that takes nothing for 10 s is cut. */
const patience = 10;

/** What is known of the output that waits for a connection's client. */
interface Waiting {
  /** Changes with each byte that has gone, and with nothing else. */
  left: string;
  /** Looks since it changed; a look that comes late, because we were slow, is one as well. */
  looks: number;
}

/** What Node.js knows and does not publish: it sees how far a single long write has come. */
interface WithHandle {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/**
 * Cuts connections whose client asks and does not read: what it has asked for would be kept for it
 * in memory, and its place with it. What it sends meanwhile, which sets back Node.js's own clock, does not help it.
 */
export function cutUnread(server: Server): void {
  const sockets = new Map<Socket, Waiting>();
  server.on("connection", (socket) => {
    sockets.set(socket, { left: "", looks: 0 });
    socket.once("close", () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, waiting] of sockets) {
      const left = socket.writableLength === 0 ? "" : readLeft(socket);
      const isStuck = left !== "" && left === waiting.left;
      waiting.looks = isStuck ? waiting.looks + 1 : 0;
      waiting.left = left;
      if (waiting.looks >= patience) socket.destroy();
    }
  }, lookEveryMs).unref();
  server.once("close", () => clearInterval(timer));
}

/** How much of the writes before has gone, and how much of the one under way has not. */
function readLeft(socket: Socket & WithHandle): string {
  const { _handle: handle } = socket;
  return `${socket.bytesWritten - socket.writableLength} ${handle?.writeQueueSize ?? 0}`;
}
