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
  // Longer than a proxy keeps an idle connection (nginx and AWS' load balancer 60 s, Traefik 90 s,
  // Caddy 120 s): what it sends on one that is just being closed here is lost, and answered 502.
  keepAliveTimeout: 125_000,
} as const;

const maxConnections = 2_000;
/** From this share of the connections on, idle ones are closed to make room. */
const crowdedRatio = 0.75;

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

/**
 * Serves each app at its place, to `max` connections each. Throws an error that names the port when
 * one is taken.
 */
export async function openListeners<Name extends string>(
  address: string,
  places: Readonly<Record<Name, Place>>,
  max: number = maxConnections,
): Promise<Listeners<Name>> {
  const open: [Name, Listener][] = [];
  const close = async (graceMs: number) => {
    await Promise.all(open.map(([, listener]) => listener.close(graceMs)));
  };
  try {
    for (const name of Object.keys(places) as Name[]) {
      open.push([name, await listen(address, places[name], max)]);
    }
  } catch (error) {
    await close(0);
    throw error;
  }
  const ports = open.map(([name, { port }]) => [name, port]);
  return { ports: Object.fromEntries(ports) as Record<Name, number>, close };
}

async function listen(
  address: string,
  { app, port, purpose }: Place,
  max: number,
): Promise<Listener> {
  const handle = app.callback();
  const server = createServer(limits, (request, response) => {
    // Otherwise a stop would wait for the client to leave a connection that is still good.
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections();
    });
    // Koa answers its own errors: nothing is left to wait for.
    void handle(request, response);
  });
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = max;
  server.on("connection", () => {
    server.getConnections((_, count) => {
      if (count > max * crowdedRatio) server.closeIdleConnections();
    });
  });
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
  try {
    await within(graceMs, closed);
  } catch {
    server.closeAllConnections();
  }
}
