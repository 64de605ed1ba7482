import { consolePaths } from "../../contract/paths.ts";
import type { PublicAccess } from "../../contract/public-access.ts";
import { publicCookie } from "../console/session-cookie.ts";
import { createSignInPlaces, type SignInDeps } from "../console/sign-in.ts";
import type { Route } from "../http/route.ts";
import { ownFiles, ownJobs } from "../pages/own-jobs.ts";

/** Where people sign in and out on the public listener, if it asks for that at all. */
export function createVisitRoutes(
  access: PublicAccess,
  { passwords, sessions }: Pick<SignInDeps, "passwords" | "sessions">,
): Route[] {
  if (access !== "signed-in") return [];
  const about = "Sign in to submit work, and to watch it.";
  return createSignInPlaces({ passwords, sessions, cookie: publicCookie, about }).map(
    ({ method, path, handle }): Route => ({
      method,
      path,
      purpose: "anybody",
      async handle(ctx) {
        await handle(ctx);
        // Whoever is signed in next at this browser is told of their own jobs and files alone.
        const hasChanged = path === consolePaths.signOut || ctx.status === 303;
        if (method !== "POST" || !hasChanged) return;
        ownJobs.clear(ctx);
        ownFiles.clear(ctx);
      },
    }),
  );
}
