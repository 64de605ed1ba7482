import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { publicAccess } from "../../../src/contract/public-access.ts";
import { type Place, startListed } from "../../support/listed-places.ts";
import { writeTokens } from "../../support/tokens.ts";

const fixed =
  /^\/(healthz|readyz|assets\/.*|api\/openapi\.json|api\/v1\/tasks.*|sign-in|sign-out)$/;

/** What a place is for, by where it is: anything that is not known here is to submit. */
function purposeOf({ path }: Place): "anybody" | "figures" | "job" | "cancel" | "page" | "submit" {
  if (fixed.test(path)) return "anybody";
  if (path.endsWith("/:id/cancel")) return "cancel";
  if (path.endsWith("/:id/again") || path.endsWith("/:id/submit")) return "submit";
  if (path.startsWith(`${paths.batches}/:id`)) return "page";
  if (path.startsWith(`${paths.jobs}/:id`)) return "page";
  if (path.startsWith(`${paths.api}/:id`)) return "job";
  return path.includes("overview") ? "figures" : "submit";
}

/** Of each kind of visitor, what they are let in for. */
const allowed = {
  open: ["anybody", "figures", "job", "cancel", "page", "submit"],
  "signed-in": ["anybody"],
  off: ["anybody", "page"],
  submit: ["anybody", "figures", "job", "cancel", "page", "submit"],
  view: ["anybody", "figures", "job", "page"],
  operate: ["anybody", "figures", "job", "cancel", "page", "submit"],
} as const satisfies Record<string, readonly ReturnType<typeof purposeOf>[]>;

async function judge(url: string, { method, path }: Place, headers: Record<string, string>) {
  const filled = path.replace(/:\w+/g, "nothing");
  const answer = await fetch(url + filled, { method, headers, redirect: "manual" });
  await answer.body?.cancel();
  const isLed =
    !fixed.test(path) && answer.headers.get("location")?.startsWith("/sign-in") === true;
  return isLed || [401, 403].includes(answer.status) ? "refused" : "let in";
}

test.each(publicAccess)(
  "each route of a public listener that is %s is for whom it is, and for nobody else",
  async (access) => {
    const { usersFile, submit, view, operate } = writeTokens();
    const { url, publicPlaces: places } = await startListed({ usersFile, publicAccess: access });
    const listed = places.map(({ method, path }) => `${method} ${path}`);
    expect(listed).toEqual(
      expect.arrayContaining([
        "GET /",
        "POST /api/v1/jobs",
        "POST /api/v1/jobs/batch",
        "GET /api/v1/jobs/:id/events",
        "POST /tasks/:name",
        "GET /jobs/:id",
        "GET /batches/:id",
        "POST /batches/:id/submit",
      ]),
    );
    const visitors = {
      [access]: {},
      submit: submit.headers,
      view: view.headers,
      operate: operate.headers,
    };
    const judged: unknown[] = [];
    const expected: unknown[] = [];
    for (const place of places) {
      const purpose = purposeOf(place);
      for (const [visitor, headers] of Object.entries(visitors)) {
        const may: readonly string[] = allowed[visitor as keyof typeof allowed];
        judged.push([place, visitor, await judge(url, place, headers)]);
        expected.push([place, visitor, may.includes(purpose) ? "let in" : "refused"]);
      }
    }
    expect(judged).toEqual(expected);
  },
);
