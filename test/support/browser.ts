import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, onTestFinished, vi } from "vitest";

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const flags = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** One for the test file that imports this; each test gets a profile of its own in it. */
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: flags,
  chromiumSandbox: false,
});
afterAll(() => browser.close());

export interface TestPage {
  readonly page: Page;
  /** What the browser complained of: script errors, failed requests, breaches of the CSP, dialogs. */
  readonly complaints: readonly string[];
}

/** A page in a fresh profile, which goes with the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return { page, complaints };
}

function findChromium(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  const found = candidates.find(isExecutable);
  if (found === undefined) throw new Error("no Chromium on the PATH, expected `chromium`");
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
