import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface HoldingProxy {
  readonly url: string;
  /** Holds back what a client sends from the first piece on of which `isHeld` says so; resolves once there is one. */
  holdFrom(isHeld: (sent: string) => boolean): Promise<void>;
  /** Sends the server what was held, though its client may be gone. */
  release(): void;
}

/** A way to a server on which what a client has sent may stay under way. It goes with the test. */
export async function openHoldingProxy(target: string): Promise<HoldingProxy> {
  const { hostname, port, protocol } = new URL(target);
  const open = new Set<Socket>();
  const holding = Promise.withResolvers<void>();
  let isHeld: ((sent: string) => boolean) | undefined;
  let held: { readonly server: Socket; readonly pieces: Buffer[] } | undefined;
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const one of [client, server]) {
      open.add(one);
      one.on("error", () => undefined);
    }
    client.on("data", (piece) => {
      if (held === undefined && isHeld?.(piece.toString()) === true) {
        held = { server, pieces: [] };
        holding.resolve();
      }
      if (held?.server === server) held.pieces.push(piece);
      else server.write(piece);
    });
    client.on("close", () => {
      if (held?.server !== server) server.destroy();
    });
    server.on("data", (piece) => void client.write(piece));
    server.on("close", () => client.destroy());
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    proxy.close();
    for (const socket of open) socket.destroy();
  });
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    url: `${protocol}//127.0.0.1:${address.port}`,
    async holdFrom(isToHold) {
      isHeld = isToHold;
      await holding.promise;
    },
    release() {
      for (const piece of held?.pieces ?? []) held?.server.write(piece);
    },
  };
}
