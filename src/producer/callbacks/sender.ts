import * as http from "node:http";
import * as https from "node:https";
import { isIP, isIPv6, type LookupFunction } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { callbackLimits } from "../../contract/callbacks.ts";
import type { AddressRules } from "./address-rules.ts";
import { hostOf, isPlain } from "./callback-url.ts";
import { describeFailure } from "./failure-words.ts";
import { type Resolve, resolveListed, resolveStranger } from "./resolver.ts";

/** How a request ended: `refused` and `unwanted` will not end otherwise another time. */
export type Sent =
  | { readonly kind: "delivered"; readonly status: number }
  | {
      readonly kind: "failed" | "refused" | "unwanted";
      readonly reason: string;
      /** What operators are told besides, and nobody else. */
      readonly detail?: string;
    };

export interface SenderDeps {
  readonly rules: AddressRules;
  /** Given by tests instead of name servers. */
  readonly resolve?: Resolve | undefined;
  /** Of a request as a whole, in ms. */
  readonly timeLimitMs?: number | undefined;
  /** Until a stranger's name is given up for which no address was found, in ms. */
  readonly unfoundMs?: number | undefined;
}

export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Cuts the request off. */
  readonly signal: AbortSignal;
}

/** Sends a message once, to addresses that were judged, and follows no redirects; it never rejects. */
export type Send = (message: Message) => Promise<Sent>;

/** The address may not be called. */
class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * No address was found for a name that may be called. Why is not told: whoever may have any name called
 * could ask for those of the network that the producer is in.
 */
class UnfoundError extends Error {
  override readonly name = "UnfoundError";
  readonly detail: string;
  constructor(host: string, detail: string) {
    super(`no address that may be called was found for "${host}"`);
    this.detail = detail;
  }
}

/** Longer than a name server takes that is near, so that neither does the time tell. */
const nearMs = 2_000;

/** Gone, as a receiver says that wants no more. */
const unwantedStatus = 410;

export function createSender({
  rules,
  resolve,
  timeLimitMs = callbackLimits.timeLimitMs,
  unfoundMs = nearMs,
}: SenderDeps): Send {
  return async ({ url, headers, body, signal }) => {
    const unfoundAt = performance.now() + unfoundMs;
    const limit = AbortSignal.timeout(timeLimitMs);
    const either = AbortSignal.any([limit, signal]);
    try {
      const target = new URL(url);
      const addresses = await abortable(either, findAddresses(target, rules, resolve));
      const status = await abortable(
        either,
        request(target, addresses, { headers, body, signal: either }),
      );
      if (status >= 200 && status < 300) return { kind: "delivered", status };
      const reason = `got status ${status}, expected 2xx${
        status >= 300 && status < 400 ? "; redirects are not followed" : ""
      }`;
      return { kind: status === unwantedStatus ? "unwanted" : "failed", reason };
    } catch (error) {
      if (error instanceof RefusedError) return { kind: "refused", reason: error.message };
      if (limit.aborted) return { kind: "failed", reason: `no answer within ${timeLimitMs} ms` };
      if (error instanceof UnfoundError) {
        const leftMs = Math.max(0, unfoundAt - performance.now());
        await sleep(leftMs, undefined, { signal: either }).catch(() => undefined);
        return { kind: "failed", reason: error.message, detail: error.detail };
      }
      return { kind: "failed", reason: describeFailure(error) };
    }
  };
}

/** All addresses of the host; throws a `RefusedError` or an `UnfoundError` if one of them may not be called. */
async function findAddresses(
  url: URL,
  rules: AddressRules,
  resolve: Resolve | undefined,
): Promise<readonly string[]> {
  const host = hostOf(url);
  const isListedName = rules.isListedName(host);
  if (isListedName) return (resolve ?? resolveListed)(host);
  const isAddress = isIP(host) !== 0;
  const addresses = isAddress ? [host] : await findStranger(host, resolve);
  const closed = addresses.find((address) => !rules.isOpen(address));
  if (closed !== undefined && isAddress) {
    throw new RefusedError(`"${host}" is no host of the public internet, and not allowed`);
  }
  if (closed !== undefined) throw new UnfoundError(host, `it leads to ${closed}`);
  if (!isPlain(url) && !addresses.every((address) => rules.isListed(address))) {
    throw new RefusedError(`"${host}" is called on port 443 by HTTPS alone`);
  }
  return addresses;
}

async function findStranger(
  host: string,
  resolve: Resolve = resolveStranger,
): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new UnfoundError(host, describeFailure(error));
  }
}

/** Resolves with the answer's status; a connection of its own, to these addresses and no others, and by no proxy. */
async function request(
  url: URL,
  addresses: readonly string[],
  { headers, body, signal }: Pick<Message, "headers" | "body" | "signal">,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { request: send, Agent } = url.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: false });
  const options = { method: "POST", headers, agent, signal, lookup: lookUp(addresses) };
  const sending = send(url, options, (response) => {
    let received = 0;
    response.on("error", () => undefined);
    response.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > callbackLimits.answerBytes) response.destroy();
    });
    response.on("close", () => resolve(response.statusCode ?? 0));
    // The status has said all.
    setTimeout(() => response.destroy(), answerMs).unref();
  });
  sending.on("error", reject);
  // Node.js hands over the connection then, and forgets it: neither a response nor an end follows.
  sending.on("upgrade", (response, socket) => {
    socket.destroy();
    resolve(response.statusCode ?? 0);
  });
  sending.end(body);
  return promise.finally(() => agent.destroy());
}

/** Given for an answer's body, after its headers. */
const answerMs = 1_000;

/** Node.js asks it instead of the operating system, for anything but an address. */
function lookUp(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, { all }, callback) => {
    const [first] = found;
    if (first === undefined) callback(new Error("no address was found"), "");
    else if (all === true) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

/** As the work ends, or rejects as soon as the signal aborts, whatever the work is about. */
async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}
