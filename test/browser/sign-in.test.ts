import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { boardLogin, startProducer } from "../support/producer.ts";
import { fillSignIn } from "../support/sign-in.ts";

test.each([true, false])(
  "a link on another site leads to the page that it names, and by sign-in where nobody is, JavaScript or not: %s",
  async (javaScriptEnabled) => {
    const { url, boardUrl } = await startProducer();
    const { page } = await openPage({ javaScriptEnabled });
    const elsewhere = url.replace("127.0.0.1", "tripod.test");
    const body = `<!doctype html><title>Chat</title><a href="${boardUrl}/workers?a=1">Look</a>`;
    await page.route(`${elsewhere}/`, (route) => route.fulfill({ contentType: "text/html", body }));
    const link = async () => {
      await page.goto(elsewhere);
      await page.getByRole("link", { name: "Look" }).click();
    };
    await link();
    await page.getByLabel("Password").waitFor();
    await fillSignIn(page, boardLogin);
    expect(page.url()).toBe(`${boardUrl}/workers?a=1`);
    await link();
    await page.getByRole("heading", { name: "Workers" }).waitFor();
    expect(page.url()).toBe(`${boardUrl}/workers?a=1`);
  },
);
