import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The smallest phone. */
const narrow = 320;

/**
 * What is wrong with a page as it stands, in words: what axe finds in light and in dark colours, and
 * whether letters twice as large make it wider than a small phone. `what` names it in them.
 */
export async function examine(page: Page, what = "it"): Promise<string[]> {
  const found: string[] = [];
  const size = page.viewportSize() ?? { width: 900, height: 700 };
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const violations = await runAxe(page);
    found.push(...violations.map((violation) => `${colorScheme}: ${violation}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: narrow, height: 700 });
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  const width = await page.evaluate("document.documentElement.scrollWidth");
  if (width !== narrow) found.push(`${narrow} pixels, large letters: ${String(width)} wide`);
  await page.evaluate("document.documentElement.style.fontSize = ''");
  await page.setViewportSize(size);
  return found.map((text) => `${what}: ${text}`);
}

async function runAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe
    .run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ["violations"] })
    .then(({ violations }) => violations.map(({ id, nodes }) =>
      [id, ...nodes.map(({ html, failureSummary }) => html.slice(0, 120) + " " + failureSummary)]
        .join("\\n  ")))`);
}
