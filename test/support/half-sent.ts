import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What is said of a body that a test sends bit by bit. */
export interface HalfSent {
  readonly path: string;
  /** The last part of an address of this machine's own, which stands for a client. */
  readonly client: number;
  readonly type: string;
  readonly length: number;
  readonly headers?: readonly string[];
}

/** A request from an address of its own, of which nothing but the head has been sent. */
export function openHalfSent(
  url: string,
  { path, client, type, length, headers = [] }: HalfSent,
): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: `127.0.0.${client}` });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    `Content-Type: ${type}`,
    `Content-Length: ${length}`,
    "Connection: close",
    ...headers,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** Resolves once the system has all of it, which it has not before the service has read most. */
export async function writeHalfSent(socket: Socket, part: string): Promise<void> {
  if (!socket.write(part)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
}

/** What a service itself says it has in memory. */
export async function readResidentBytes(metricsUrl: string): Promise<number> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
}
