import type { ParameterizedContext } from "koa";
import { isJobId } from "../../queue/job-id.ts";

/** Ids of 26 characters, with a point between them: well below the 4 KB that a browser keeps. */
const mostJobs = 20;
/** Each is looked up for every form that is shown; three may wait at a time. */
const mostFiles = 5;
const lifetimeMs = 30 * 86_400_000;

/** What somebody has sent from this browser, the latest first. */
interface OwnIds {
  read(ctx: ParameterizedContext): string[];
  add(ctx: ParameterizedContext, id: string): void;
  clear(ctx: ParameterizedContext): void;
}

/**
 * The jobs that somebody has submitted from this browser, in a cookie of it alone: no server has to
 * know whose they are, and each can tell. Whoever writes other ids there must know them, and can look
 * at those jobs anyway.
 */
export const ownJobs = createOwnIds("tripod-jobs", mostJobs);

/** The files that somebody has sent from this browser, likewise. */
export const ownFiles = createOwnIds("tripod-files", mostFiles);

function createOwnIds(name: string, most: number): OwnIds {
  const own: OwnIds = {
    read(ctx) {
      const ids = (ctx.cookies.get(nameOf(ctx, name)) ?? "").split(".").filter(isJobId);
      return [...new Set(ids)].slice(0, most);
    },
    add(ctx, id) {
      const ids = new Set([id, ...own.read(ctx)]);
      write(ctx, name, [...ids].slice(0, most).join("."), lifetimeMs);
    },
    clear(ctx) {
      write(ctx, name, "", 0);
    },
  };
  return own;
}

/** Browsers take the prefix for a promise that only this host, over TLS, has set it. */
function nameOf(ctx: ParameterizedContext, name: string): string {
  return ctx.secure ? `__Host-${name}` : name;
}

function write(ctx: ParameterizedContext, name: string, value: string, maxAge: number): void {
  ctx.cookies.set(nameOf(ctx, name), value, {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    overwrite: true,
    secure: ctx.secure,
    maxAge,
  });
}
