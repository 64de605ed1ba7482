import { createHmac, randomBytes } from "node:crypto";
import type { ParameterizedContext } from "koa";
import { clientOf } from "../../service/client-address.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { createRateLimit } from "../http/rate-limit.ts";
import type { Account, Accounts } from "./accounts.ts";
import { createPasswordGate } from "./password-gate.ts";
import { isPasswordOf, nobodysHash } from "./password-hash.ts";

const failuresPerMinute = 10;
const tooMany = "too many failed logins from here";
/** Node.js has four threads for hashes, files and names; each hash takes one, and 32 MB. */
const hashing = { atOnce: 2, waiting: 400, waitMs: 10_000 };
/** For so long a program that sends its password along with each request is hashed once. */
const rememberMs = 60_000;
const maxRemembered = 1_000;

export interface PasswordCheck {
  /**
   * Whose name and password these are, with a colon between them; nobody's if `undefined`. Throws a
   * 429 `RequestError` for a client that has failed too often, right or wrong, and where too many
   * wait to be compared.
   */
  check(ctx: ParameterizedContext, login: string): Promise<Account | undefined>;
  /** Counts a try that could not be anybody's; throws as `check` does. */
  refuse(ctx: ParameterizedContext): Promise<undefined>;
}

/**
 * Compares passwords, for all ways to sign in. Whether there is a user of that name shows in no
 * answer and in no time that it takes.
 */
export function createPasswordCheck(accounts: Accounts, log: Log): PasswordCheck {
  const failures = createRateLimit(failuresPerMinute);
  const gate = createPasswordGate(hashing);
  const remembered = createMemory();
  /** By client and what is compared: requests that a program sends at once are one try. */
  const pending = new Map<string, Promise<Account | undefined>>();

  const limited = (ctx: ParameterizedContext) => (error: unknown) => {
    log.warn(
      // Named as it is counted, however a proxy writes it.
      { client: clientOf(ctx.ip), ...lineOf("login_limited") },
      `login not tried: ${tooMany}`,
    );
    throw error;
  };
  const count = (ctx: ParameterizedContext) => failures.count(ctx, tooMany).catch(limited(ctx));
  const tellRefused = (ctx: ParameterizedContext) => {
    log.warn({ client: clientOf(ctx.ip), ...lineOf("login_refused") }, "login refused");
    return undefined;
  };
  const compare = async (ctx: ParameterizedContext, key: string, login: string) => {
    // Counted before anything else can run: guesses that come at once are no more than any others.
    const tries = await count(ctx);
    const [name, password] = splitLogin(login);
    const account = accounts.find(name);
    const isRight = await gate.pass(tries, () =>
      isPasswordOf(account?.hash ?? nobodysHash, password),
    );
    if (account === undefined || !isRight) return undefined;
    await failures.forgive(ctx);
    remembered.add(key, account.entry);
    return account;
  };
  return {
    async check(ctx, login) {
      const key = remembered.keyOf(login);
      // Each client's own: what one is refused for is no other's fault.
      const tried = `${clientOf(ctx.ip)} ${key}`;
      const shared = pending.get(tried);
      const known =
        accounts.findAdministrator(login) ??
        remembered.find(key, accounts.find(splitLogin(login)[0])) ??
        (shared === undefined ? undefined : await shared);
      if (known !== undefined) {
        await failures.check(ctx, tooMany).catch(limited(ctx));
        return known;
      }
      const comparison = compare(ctx, key, login);
      pending.set(tried, comparison);
      try {
        return (await comparison) ?? tellRefused(ctx);
      } finally {
        if (pending.get(tried) === comparison) pending.delete(tried);
      }
    },
    async refuse(ctx) {
      await count(ctx);
      return tellRefused(ctx);
    },
  };
}

function splitLogin(login: string): readonly [name: string, password: string] {
  const colon = login.indexOf(":");
  return colon === -1 ? [login, ""] : [login.slice(0, colon), login.slice(colon + 1)];
}

/** What was right, by a digest whose key no other process has. */
function createMemory() {
  const secret = randomBytes(32);
  const right = new Map<string, { readonly entry: string; readonly until: number }>();
  return {
    keyOf: (login: string) => createHmac("sha256", secret).update(login).digest("base64"),
    add(key: string, entry: string) {
      const [oldest] = right.keys();
      if (oldest !== undefined && right.size >= maxRemembered) right.delete(oldest);
      right.set(key, { entry, until: performance.now() + rememberMs });
    },
    /** The account, if it was right for this very entry of it. */
    find(key: string, account: Account | undefined) {
      const known = right.get(key);
      if (known === undefined) return undefined;
      if (known.entry === account?.entry && performance.now() < known.until) return account;
      right.delete(key);
      return undefined;
    },
  };
}
