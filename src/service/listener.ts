import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Koa from "koa";
import { within } from "./deadline.ts";

/** Slow or greedy clients are cut off by these. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // A limit may be overrun by this: at 1 s, a hundred slow bodies were cut after 11.2 s.
  connectionsCheckingInterval: 500,
  keepAliveTimeout: 5_000,
} as const;

interface Listener {
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

export interface Place {
  readonly app: Pick<Koa, "callback">;
  /** 0 means any. */
  readonly port: number;
  readonly purpose: string;
}

export interface Listeners<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Serves each app at its place. Throws an error that names the port when one is taken. */
export async function openListeners<Name extends string>(
  address: string,
  places: Readonly<Record<Name, Place>>,
): Promise<Listeners<Name>> {
  const open: [Name, Listener][] = [];
  const close = async (graceMs: number) => {
    await Promise.all(open.map(([, listener]) => listener.close(graceMs)));
  };
  try {
    for (const name of Object.keys(places) as Name[]) {
      open.push([name, await listen(address, places[name])]);
    }
  } catch (error) {
    await close(0);
    throw error;
  }
  const ports = open.map(([name, { port }]) => [name, port]);
  return { ports: Object.fromEntries(ports) as Record<Name, number>, close };
}

async function listen(address: string, { app, port, purpose }: Place): Promise<Listener> {
  const handle = app.callback();
  // Koa answers its own errors: nothing is left to wait for.
  const server = createServer(limits, (request, response) => void handle(request, response));
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = 2_000;
  server.listen(port, address);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`cannot listen on ${address}:${port} for ${purpose}`, { cause: error });
  }
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => closeServer(server, graceMs),
  };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  try {
    await within(graceMs, closed);
  } catch {
    server.closeAllConnections();
  }
}
