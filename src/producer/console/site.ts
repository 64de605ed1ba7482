import { boardPaths, consolePaths } from "../../contract/paths.ts";
import { renderAccount } from "../pages/account.ts";
import type { Site } from "../pages/layout.ts";
import type { ConsoleState } from "./login.ts";

/** The console's pages: one entry for each that all others lead to. */
const navigation: Site["navigation"] = [
  [consolePaths.home, "Console"],
  [consolePaths.jobs, "Jobs"],
  [consolePaths.failures, "Failures"],
  [consolePaths.queues, "Queues"],
  [consolePaths.schedules, "Schedules"],
  [consolePaths.workers, "Workers"],
  [consolePaths.audit, "Audit"],
  [boardPaths.root, "Bull Board"],
];

/** The console as this operator sees it. */
export function createConsoleSite({ name, role, told }: ConsoleState["operator"]): Site {
  return {
    home: consolePaths.home,
    navigation,
    account: renderAccount(name, role),
    ...(told !== undefined && { notice: told }),
  };
}

/** The console as somebody sees it who has not signed in. */
export const strangersSite: Site = { home: consolePaths.home, navigation: [] };
