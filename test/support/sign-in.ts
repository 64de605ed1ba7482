import type { Page } from "playwright-core";
import { boardLogin } from "./producer.ts";

export interface SignInAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly challenge: string | null;
  readonly page: string;
  /** As a browser sends it back; empty if none was set. */
  readonly cookie: string;
  /** What the browser is to do with it, in lower case. */
  readonly attributes: readonly string[];
}

/** Sends the sign-in form of a console, as a browser does. */
export async function signIn(
  boardUrl: string,
  { user, password, next = "/" }: { user: string; password: string; next?: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<SignInAnswer> {
  const response = await fetch(`${boardUrl}/sign-in`, {
    method: "POST",
    headers: { origin: boardUrl, ...headers },
    body: new URLSearchParams({ name: user, password, next }),
    redirect: "manual",
  });
  const [cookie = "", ...attributes] = (response.headers.getSetCookie()[0] ?? "").split("; ");
  return {
    status: response.status,
    location: response.headers.get("location"),
    challenge: response.headers.get("www-authenticate"),
    page: await response.text(),
    cookie,
    attributes: attributes.map((attribute) => attribute.toLowerCase()),
  };
}

/** Goes to a place of the console, by the sign-in page that it leads to. */
export async function openConsolePage(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await fillSignIn(page, boardLogin);
}

/** Signs in on the page that shows. */
export async function fillSignIn(
  page: Page,
  { user, password }: { user: string; password: string },
): Promise<void> {
  await page.getByLabel("Name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
