import { boardPaths, consolePaths } from "../../contract/paths.ts";
import type { Site } from "../pages/layout.ts";

/** The console's pages: one entry for each that all others lead to. */
export const consoleSite: Site = {
  home: consolePaths.home,
  navigation: [
    [consolePaths.home, "Console"],
    [boardPaths.root, "Bull Board"],
  ],
};
