import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A way to a server on which `join` passes on what comes from either side; returns the address with
 * its port for that of the server. It goes with the test.
 */
export async function openTcpProxy(
  target: string,
  join: (client: Socket, server: Socket) => void,
): Promise<string> {
  const { hostname, port, protocol } = new URL(target);
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const one of [client, server]) {
      open.add(one);
      one.on("error", () => undefined);
    }
    server.on("close", () => client.destroy());
    join(client, server);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    proxy.close();
    for (const socket of open) socket.destroy();
  });
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return `${protocol}//127.0.0.1:${address.port}`;
}
