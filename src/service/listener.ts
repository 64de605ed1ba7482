import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Koa from "koa";
import { type ConnectionLimits, limitConnections } from "./crowding.ts";
import type { Config } from "./config.ts";
import { within } from "./deadline.ts";
import { createHostCheck, type HostCheck } from "./known-hosts.ts";
import { createPipelineLimit } from "./pipelining.ts";
import { cutUnread } from "./unread-output.ts";

/** Slow or greedy clients are cut off by these. */
const timeouts = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // A limit may be overrun by this: at 1 s, a hundred slow bodies were cut after 11.2 s.
  connectionsCheckingInterval: 500,
  // Longer than a proxy keeps an idle connection (nginx and AWS' load balancer 60 s, Traefik 90 s,
  // Caddy 120 s): what it sends on one that is just being closed here is lost, and answered 502.
  keepAliveTimeout: 125_000,
} as const;

/** A browser has six, and an office behind one address some dozens of browsers. */
const connections: ConnectionLimits = { max: 2_000, perClient: 200 };

interface Listener {
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

export interface Place {
  readonly app: Pick<Koa, "callback">;
  /** 0 means any. */
  readonly port: number;
  readonly purpose: string;
  /** All connections come from one proxy, which limits its clients itself. */
  readonly behindProxy?: boolean;
}

export interface Listeners<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/**
 * Serves each app at its place, at addresses, `localhost` and these names. Throws an error that names the port when
 * one is taken.
 */
export async function openListeners<Name extends string>(
  { listenAddress: address, hostNames }: Pick<Config, "listenAddress" | "hostNames">,
  places: Readonly<Record<Name, Place>>,
  limits = connections,
): Promise<Listeners<Name>> {
  const open: [Name, Listener][] = [];
  const isOurs = createHostCheck(hostNames);
  const close = async (graceMs: number) => {
    await Promise.all(open.map(([, listener]) => listener.close(graceMs)));
  };
  try {
    for (const name of Object.keys(places) as Name[]) {
      open.push([name, await listen(address, places[name], { ...limits, isOurs })]);
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
  { app, port, purpose, behindProxy = false }: Place,
  { max, perClient, isOurs }: ConnectionLimits & { readonly isOurs: HostCheck },
): Promise<Listener> {
  const handle = app.callback();
  const mayHandle = createPipelineLimit();
  const server = createServer(timeouts, (request, response) => {
    if (!mayHandle(request, response)) return;
    if (!isOurs(request.headers.host)) {
      refuseHost(response);
      return;
    }
    // Otherwise a stop would wait for the client to leave a connection that is still good.
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections();
    });
    // Koa answers its own errors: nothing is left to wait for.
    void handle(request, response);
  });
  server.maxRequestsPerSocket = 1_000;
  limitConnections(server, { max, perClient: behindProxy ? max : perClient });
  cutUnread(server);
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

function refuseHost(response: ServerResponse): void {
  const text = "this is no name of ours: expected an address, localhost or one of ALLOWED_HOSTS\n";
  response.writeHead(421, { "content-type": "text/plain; charset=utf-8" }).end(text);
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
