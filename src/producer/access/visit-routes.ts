import type { PublicAccess } from "../../contract/public-access.ts";
import { publicCookie } from "../console/session-cookie.ts";
import { createSignInPlaces, type SignInDeps } from "../console/sign-in.ts";
import type { Route } from "../http/route.ts";

/** Where people sign in and out on the public listener, if it asks for that at all. */
export function createVisitRoutes(
  access: PublicAccess,
  { passwords, sessions }: Pick<SignInDeps, "passwords" | "sessions">,
): Route[] {
  if (access !== "signed-in") return [];
  const about = "Sign in to submit work, and to watch it.";
  return createSignInPlaces({ passwords, sessions, cookie: publicCookie, about }).map(
    (place): Route => ({ ...place, purpose: "anybody" }),
  );
}
