import { paths } from "../../contract/paths.ts";
import type { Purpose } from "../access/rights.ts";
import type { Visitor } from "../access/visitor.ts";
import { renderAccount } from "./account.ts";
import { publicSite, type Site } from "./layout.ts";

/** What one must be let in for to see what the navigation leads to; the others are for anybody. */
const purposes: ReadonlyMap<string, Purpose> = new Map([
  [paths.form, "submit"],
  [paths.overview, "figures"],
]);

/**
 * The public pages as whoever asks sees them: their name, and nothing that leads to where they may not
 * go.
 */
export function siteFor(visitor: Visitor): Site {
  const { name, hasSession } = visitor;
  return {
    ...publicSite,
    navigation: publicSite.navigation.filter(([path]) => {
      const purpose = purposes.get(path);
      return purpose === undefined || visitor.purposes.includes(purpose);
    }),
    ...(name !== undefined && hasSession && { account: renderAccount(name) }),
  };
}
