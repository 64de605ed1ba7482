import { createServer, type RequestListener, type Server } from "node:http";
import type Koa from "koa";
import { limitBodyTime } from "./body-time.ts";
import { createClientRate, type Rate } from "./client-rate.ts";
import { type ConnectionLimits, limitConnections } from "./crowding.ts";
import type { Config } from "./config.ts";
import { within } from "./deadline.ts";
import { type Doors, openDoors } from "./doors.ts";
import { trackIdle } from "./idle-connections.ts";
import { answerImproper, refuseLate } from "./improper-requests.ts";
import { createHostCheck, type HostCheck } from "./known-hosts.ts";
import { createPipelineLimit } from "./pipelining.ts";
import { answerProtocol, continueWhenRead } from "./protocol.ts";
import { refuse } from "./refusal.ts";
import { cutUnread } from "./unread-output.ts";

/** Slow or greedy clients are cut off by these. */
const options = {
  headersTimeout: 5_000,
  // With its body, of which most are cut much earlier by what has come of it.
  requestTimeout: 60_000,
  // A limit may be overrun by this: at 1 s, a hundred slow bodies were cut after 11.2 s.
  connectionsCheckingInterval: 500,
  // Longer than a proxy keeps an idle connection (nginx and AWS' load balancer 60 s, Traefik 90 s,
  // Caddy 120 s): what it sends on one that is just being closed here is lost, and answered 502.
  keepAliveTimeout: 125_000,
  // Node.js would refuse what has none before any limit is asked.
  requireHostHeader: false,
} as const;

/** What one client may have or do; behind a proxy, all clients are the proxy. */
interface ClientLimits extends ConnectionLimits {
  /** Answers that it may wait for. */
  readonly unanswered: number;
  /** Connections and requests; who makes more is cut without an answer. */
  readonly rate: Rate | undefined;
}

/** A browser has six connections, and an office behind one address some dozens of browsers. */
const clientLimits: ClientLimits = {
  max: 2_000,
  perClient: 200,
  unanswered: 100,
  // More than one processor core can answer to one who waits for the answers.
  rate: { perMinute: 300_000, burst: 5_000 },
};

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
  /** For clients that the app tells to wait well before. */
  readonly clientRate?: Rate;
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
  {
    listenAddress: address,
    hostNames,
    sharesPorts = false,
  }: Pick<Config, "listenAddress" | "hostNames" | "sharesPorts">,
  places: Readonly<Record<Name, Place>>,
  given: Partial<ClientLimits> = {},
): Promise<Listeners<Name>> {
  const limits = { ...clientLimits, ...given };
  const open: [Name, Listener][] = [];
  const isOurs = createHostCheck(hostNames);
  const close = async (graceMs: number) => {
    await Promise.all(open.map(([, listener]) => listener.close(graceMs)));
  };
  try {
    for (const name of Object.keys(places) as Name[]) {
      open.push([name, await listen(address, places[name], { ...limits, isOurs, sharesPorts })]);
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
  { app, port, purpose, behindProxy = false, clientRate }: Place,
  {
    isOurs,
    sharesPorts,
    ...limits
  }: ClientLimits & { readonly isOurs: HostCheck; readonly sharesPorts: boolean },
): Promise<Listener> {
  const handle = app.callback();
  const client = behindProxy ? limitProxy(limits) : { ...limits, rate: clientRate ?? limits.rate };
  const isWithinRate = client.rate === undefined ? () => true : createClientRate(client.rate);
  const server = createServer(options);
  cutUnread(server);
  answerImproper(server);
  const idle = trackIdle(server);
  // Node.js calls this as it stops.
  server.closeIdleConnections = () => idle.closeAll();
  const cut = limitConnections(server, client, { mayConnect: isWithinRate, idle });
  const mayHandle = createPipelineLimit(client.unanswered, { isWithinRate, cut });
  const serve: RequestListener = (request, response) => {
    limitBodyTime(request, () => refuseLate(server, request.socket));
    if (!mayHandle(request, response)) return;
    const answer = answerProtocol(request, isOurs);
    if (answer !== undefined) {
      refuse(response, answer.status, answer.reason, answer.headers);
      return;
    }
    // Koa answers its own errors: nothing is left to wait for.
    void handle(request, response);
  };
  server.on("request", serve);
  server.on("checkContinue", (request, response) => {
    continueWhenRead(request, response);
    serve(request, response);
  });
  // Node.js would answer these by itself, and so without any limit.
  server.on("checkExpectation", (request, response) => {
    if (mayHandle(request, response)) refuse(response, 417, "expected no Expect but 100-continue");
  });
  server.on("dropRequest", (_request, socket) => socket.destroy());
  server.maxRequestsPerSocket = 1_000;
  try {
    const doors = await openDoors(server, address, port, { sharesPort: sharesPorts });
    return { port: doors.port, close: (graceMs) => closeServer(server, doors, graceMs) };
  } catch (error) {
    throw new Error(`cannot listen on ${address}:${port} for ${purpose}`, { cause: error });
  }
}

function limitProxy({ max }: ClientLimits): ClientLimits {
  const all = Number.POSITIVE_INFINITY;
  return { max, perClient: all, unanswered: all, rate: undefined };
}

async function closeServer(server: Server, doors: Doors, graceMs: number): Promise<void> {
  if (!server.listening) return;
  try {
    await within(graceMs, doors.close());
  } catch {
    server.closeAllConnections();
  }
}
