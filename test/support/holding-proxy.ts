import type { Socket } from "node:net";
import { openTcpProxy } from "./tcp-proxy.ts";

export interface HoldingProxy {
  readonly url: string;
  /** Holds back what a client sends from the first piece on of which `isHeld` says so; resolves once there is one. */
  holdFrom(isHeld: (sent: string) => boolean): Promise<void>;
  /** Sends the server what was held, though its client may be gone. */
  release(): void;
}

/** A way to a server on which what a client has sent may stay under way. It goes with the test. */
export async function openHoldingProxy(target: string): Promise<HoldingProxy> {
  const holding = Promise.withResolvers<void>();
  let isHeld: ((sent: string) => boolean) | undefined;
  let held: { readonly server: Socket; readonly pieces: Buffer[] } | undefined;
  const url = await openTcpProxy(target, (client, server) => {
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
  });
  return {
    url,
    async holdFrom(isToHold) {
      isHeld = isToHold;
      await holding.promise;
    },
    release() {
      for (const piece of held?.pieces ?? []) held?.server.write(piece);
    },
  };
}
