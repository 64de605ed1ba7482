import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Node.js looks this often whether any byte went through: who reads none is cut in twice the time. */
const patienceMs = 5_000;
const lookEveryMs = 1_000;

/**
 * Cuts connections whose client asks and does not read: what it has asked for would be kept for it
 * in memory, and its place with it.
 */
export function cutUnread(server: Server): void {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    for (const socket of sockets) {
      const waits = socket.writableLength > 0;
      // It sets a time of its own, longer, for a connection whose answer is complete.
      if (waits && socket.timeout !== patienceMs) socket.setTimeout(patienceMs);
      else if (!waits && socket.timeout === patienceMs) socket.setTimeout(0);
    }
  }, lookEveryMs).unref();
  server.once("close", () => clearInterval(timer));
}
