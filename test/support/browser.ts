import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { findCommand } from "../../src/local/command-path.js";

// The shell is Chromium without the windows around its pages: a third of the work.
const commands = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const flags = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // An origin that no browser takes for a secure one, as it does localhost.
  "--host-resolver-rules=MAP tripod.test 127.0.0.1",
];

let running: Promise<Browser> | undefined;

/** One for all test files of this process, with which it ends; each test has a profile of its own. */
async function loadBrowser(): Promise<Browser> {
  const browser = await running;
  if (browser?.isConnected() === true) return browser;
  const executablePath = findCommand(commands, process.env["PATH"]);
  if (executablePath === undefined) throw new Error(`not on the PATH: ${commands.join(" or ")}`);
  running = chromium.launch({ executablePath, args: flags, chromiumSandbox: false });
  return running;
}

export interface TestPage {
  readonly page: Page;
  /** What the browser complained of: script errors, failed requests, breaches of the CSP, dialogs. */
  readonly complaints: readonly string[];
}

/** A page in a fresh profile, which goes with the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<TestPage> {
  const browser = await loadBrowser();
  const context = await browser.newContext({ viewport: { width: 900, height: 700 }, ...options });
  context.setDefaultTimeout(80_000);
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
