import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { usersPassword, writeUsers } from "../../support/users.ts";

const routeless = [
  { path: "/nowhere", method: "GET", status: 404 },
  { path: paths.overview, method: "PUT", status: 405 },
];

/** Where the page of what is no route's leads to, or of other requests, and whose name it has. */
async function lookAround(url: string, headers: Record<string, string> = {}, asked = routeless) {
  const seen: unknown[] = [];
  for (const { path, method, status } of asked) {
    const answer = await fetch(url + path, {
      method,
      headers: { accept: "text/html", ...headers },
    });
    const page = await answer.text();
    expect(answer.status).toBe(status);
    seen.push({
      form: page.includes(">Submit</a>"),
      overview: page.includes(`href="${paths.overview}"`),
      back: page.includes("Back to the form"),
      account: page.includes("Sign out"),
    });
  }
  const [first, ...others] = seen;
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const all = { form: true, overview: true, back: true, account: false };
const nothing = { form: false, overview: false, back: false, account: false };

test("a page that there is not leads nobody to where they may not go", async () => {
  const usersFile = await writeUsers("viewer");
  const producers = {
    open: await startProducer({ usersFile }),
    signedIn: await startProducer({ usersFile, publicAccess: "signed-in" }),
    off: await startProducer({ usersFile, publicAccess: "off" }),
  };
  expect(await lookAround(producers.open.url)).toEqual(all);
  expect(await lookAround(producers.signedIn.url)).toEqual(nothing);
  expect(await lookAround(producers.off.url)).toEqual(nothing);
  const { url } = producers.signedIn;
  const { cookie } = await signIn(url, { user: "viewer", password: usersPassword });
  expect(await lookAround(url, { cookie })).toEqual({ ...all, account: true });
});

test("a page that is refused before anybody looked who asks leads where its visitor may go", async () => {
  const usersFile = await writeUsers("viewer");
  const { url } = await startProducer({
    usersFile,
    publicAccess: "signed-in",
    limits: { readsPerMinute: 1 },
  });
  const { cookie } = await signIn(url, { user: "viewer", password: usersPassword });
  expect((await fetch(url, { headers: { cookie } })).status).toBe(200);
  const tooMany = [{ path: paths.overview, method: "GET", status: 429 }];
  const foreign = [{ path: "/tasks/quotient", method: "POST", status: 403 }];
  const elsewhere = { origin: "https://elsewhere.test" };
  expect(await lookAround(url, { cookie }, tooMany)).toEqual({ ...all, account: true });
  expect(await lookAround(url, { cookie, ...elsewhere }, foreign)).toEqual({
    ...all,
    account: true,
  });
  expect(await lookAround(url, {}, tooMany)).toEqual(nothing);
  expect(await lookAround(url, elsewhere, foreign)).toEqual(nothing);
});
