import { openTcpProxy } from "./tcp-proxy.ts";

/**
 * A way to a server that cuts a connection as soon as an answer has come so far on it that `isCut`
 * says so of its text; the server does not notice before it has answered. It goes with the test.
 */
export async function openCuttingProxy(
  target: string,
  isCut: (answer: string, connection: number) => boolean,
): Promise<string> {
  let connections = 0;
  return openTcpProxy(target, (client, server) => {
    const connection = (connections += 1);
    let answer = "";
    client.on("close", () => server.destroy());
    client.pipe(server);
    server.on("data", (piece) => {
      answer += piece.toString();
      if (isCut(answer, connection)) client.resetAndDestroy();
      else client.write(piece);
    });
  });
}
