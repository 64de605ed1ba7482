import type { Tracer } from "@opentelemetry/api";
import { callbackJitter, callbackWaitsMs } from "../../contract/callbacks.ts";
import type { Config } from "../../service/config.ts";
import { withReader } from "../../service/secret-file.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import type { Desks } from "../jobs/desk.ts";
import { createAddressRules } from "./address-rules.ts";
import { findUrlProblem } from "./callback-url.ts";
import { startCourier } from "./courier.ts";
import { createHostLines } from "./host-lines.ts";
import { createHostTurns } from "./host-turns.ts";
import type { Resolve } from "./resolver.ts";
import { createSender } from "./sender.ts";
import { readSigningKeys, type SigningKeys } from "./signature.ts";

/** What tests give instead of what holds otherwise. */
export interface CallbackParts {
  readonly resolve: Resolve;
  readonly timeLimitMs: number;
  readonly waitsMs: readonly number[];
}

export interface CallbacksDeps {
  readonly config: Config["callbacks"];
  readonly desks: Desks;
  readonly metrics: Pick<ProducerMetrics, "callbacks" | "callbackOldestLate">;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly given?: Partial<CallbackParts> | undefined;
}

/** Tells submitters' servers that their jobs have ended. */
export interface Callbacks {
  /** Says what is wrong with an address, in words that follow "the callback_url"; `undefined` if nothing is. */
  readonly findProblem: (url: string) => string | undefined;
  /** Resolves once nothing is under way. */
  readonly close: () => Promise<void>;
}

/**
 * Delivers the callbacks of all queues, if there is a secret to sign them with. Throws an error that
 * says what of the configuration was expected otherwise.
 */
export function openCallbacks(deps: CallbacksDeps): Callbacks {
  const { config, desks, given = {}, metrics, log, tracer } = deps;
  const rules = named("CALLBACK_ALLOWED", () => createAddressRules(config.allowed));
  const { password: secret } = config.secret;
  if (secret === undefined) {
    return {
      findProblem: () =>
        "cannot be called: the operators have set no secret to sign callbacks with",
      close: async () => undefined,
    };
  }
  const readSecret = withReader(config.secret).readPassword ?? (() => secret);
  const shared = {
    send: createSender({ rules, resolve: given.resolve, timeLimitMs: given.timeLimitMs }),
    readKeys: createKeyReader(readSecret),
    turns: createHostTurns(),
    lines: createHostLines(),
    waitsMs: given.waitsMs ?? callbackWaitsMs,
    jitter: callbackJitter,
    metrics,
    log,
    tracer,
  };
  const stops = [...desks.values()].map((desk) => startCourier({ ...shared, desk }));
  return {
    findProblem: (url) => findUrlProblem(url, rules),
    close: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** What the secrets are at each call or, while somebody writes them wrong, what they were before. */
function createKeyReader(readSecret: () => string): () => SigningKeys {
  let text = readSecret();
  let keys = named("CALLBACK_SECRET", () => readSigningKeys(text));
  return () => {
    const latest = readSecret();
    if (latest === text) return keys;
    text = latest;
    try {
      keys = readSigningKeys(latest);
    } catch {
      // They were right at the start.
    }
    return keys;
  };
}

function named<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${variable}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
