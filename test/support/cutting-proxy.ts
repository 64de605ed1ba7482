import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A way to a server that cuts a connection as soon as an answer has come so far on it that `isCut`
 * says so of its text; the server does not notice before it has answered. It goes with the test.
 */
export async function openCuttingProxy(
  target: string,
  isCut: (answer: string, connection: number) => boolean,
): Promise<string> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let connections = 0;
  const proxy = createServer((client) => {
    const connection = (connections += 1);
    const server = connect(Number(port), hostname);
    let answer = "";
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one);
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
    client.pipe(server);
    server.on("data", (piece) => {
      answer += piece.toString();
      if (isCut(answer, connection)) client.resetAndDestroy();
      else client.write(piece);
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    proxy.close();
    for (const socket of open) socket.destroy();
  });
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return `http://127.0.0.1:${address.port}`;
}
