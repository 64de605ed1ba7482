import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { deploymentKey } from "../../queue/keys.ts";
import type { Broker } from "../jobs/broker.ts";
import type { Account, Accounts } from "./accounts.ts";

/** Without being used it ends after so long. */
const idleMs = 12 * 3_600_000;
/** It ends after so long in any case. */
export const lifetimeMs = 7 * 86_400_000;
const valueBytes = 32;
const valuePattern = /^[A-Za-z0-9_-]{43}$/;

/** What Redis holds of a session: nothing that anybody could sign in with, or guess a password by. */
const recordSchema = z.object({ name: z.string(), seal: z.string(), endsAt: z.number() });

/**
 * Sessions of browsers, which all producers share. Their calls throw an `UnavailableError` while
 * Redis cannot be asked.
 */
export interface Sessions {
  /** Begins one, and returns the secret that its browser has to show. */
  begin(account: Account): Promise<string>;
  /**
   * Whose session it is; nobody's once it is over, or the account has changed. Only where it is used
   * does it go on for as long again.
   */
  find(value: string, use: { readonly isUsed: boolean }): Promise<Account | undefined>;
  end(value: string): Promise<void>;
}

/** The listener that a session is of; at the other one it is nobody's. */
const prefixes = { console: "session:", public: "session:public:" } as const;

export interface SessionsDeps extends Broker {
  readonly listener: keyof typeof prefixes;
  readonly redis: Pick<Redis, "get" | "set" | "del" | "pexpire">;
  readonly accounts: Pick<Accounts, "find">;
}

export function createSessions({ listener, redis, ask, accounts }: SessionsDeps): Sessions {
  // A hash, so that who reads Redis' data cannot take a session over.
  const keyOf = (value: string) =>
    deploymentKey(`${prefixes[listener]}${createHash("sha256").update(value).digest("base64url")}`);
  const end = async (value: string) => {
    if (valuePattern.test(value)) await ask(() => redis.del(keyOf(value)));
  };
  return {
    async begin(account) {
      const value = randomBytes(valueBytes).toString("base64url");
      const endsAt = Date.now() + lifetimeMs;
      const record = { name: account.name, seal: sealOf(value, account), endsAt };
      await ask(() => redis.set(keyOf(value), JSON.stringify(record), "PX", idleMs));
      return value;
    },
    async find(value, { isUsed }) {
      if (!valuePattern.test(value)) return undefined;
      const record = parseRecord(await ask(() => redis.get(keyOf(value))));
      if (record === undefined) return undefined;
      const account = accounts.find(record.name);
      const leftMs = Math.min(idleMs, record.endsAt - Date.now());
      // Not ended for good: another producer may know a newer file of users, or this one in a moment.
      const holds = account !== undefined && isSame(record.seal, sealOf(value, account));
      if (!holds || leftMs <= 0) return undefined;
      if (isUsed) await ask(() => redis.pexpire(keyOf(value), Math.ceil(leftMs)));
      return account;
    },
    end,
  };
}

/** What the account was when the session began, by a key that Redis does not have. */
function sealOf(value: string, { entry }: Account): string {
  return createHmac("sha256", value).update(entry).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function parseRecord(text: string | null): z.infer<typeof recordSchema> | undefined {
  if (text === null) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // Whoever wrote it, it is no session.
    return undefined;
  }
}
