import { connect, type Server, type Socket } from "node:net";

/** Where connections to the server that comes with the message go on to. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

process.on("message", ({ host, port }: Target, server: Server) => {
  server.on("connection", (outer: Socket) => {
    const inner = connect({ host, port });
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
});
process.on("disconnect", () => process.exit());
