import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { boardAuthorization, boardLogin, startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { usersPassword, writeUsers } from "../../support/users.ts";

test("a form signs its sender in, and a page then shows without a password", async () => {
  const { boardUrl } = await startProducer();
  const { status, location, cookie, attributes } = await signIn(boardUrl, {
    ...boardLogin,
    next: "/board/queue/x?status=failed",
  });
  expect([status, location]).toEqual([303, "/board/queue/x?status=failed"]);
  expect(attributes.toSorted()).toEqual([
    expect.stringMatching(/^expires=/),
    "httponly",
    "path=/",
    "samesite=strict",
  ]);
  const answer = await fetch(boardUrl, { headers: { cookie } });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Sign out")]);
});

test.each([
  ["a wrong password", { password: "wrong" }],
  ["a wrong name", { user: "root" }],
  ["nothing", { user: "", password: "" }],
])("a form with %s is shown again, and signs nobody in", async (_, wrong) => {
  const { boardUrl } = await startProducer();
  const answer = await signIn(boardUrl, { ...boardLogin, ...wrong });
  expect([answer.status, answer.cookie]).toEqual([401, ""]);
  expect(answer.page).toContain("There is no user of this name and password.");
  // A browser would ask for the password by itself.
  expect(answer.challenge).toBe('Session realm="Tripod"');
});

test("a browser is led to the sign-in page and back, a program is told how to log in", async () => {
  const { boardUrl } = await startProducer();
  const ask = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(boardUrl + path, { headers, redirect: "manual" });
    return [answer.status, answer.headers.get("location"), answer.headers.get("www-authenticate")];
  };
  const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  const basic = 'Basic realm="Tripod", charset="UTF-8"';
  expect(await ask("/", browser)).toEqual([303, "/sign-in", null]);
  expect(await ask("/board/queue/a?status=failed", browser)).toEqual([
    303,
    "/sign-in?next=%2Fboard%2Fqueue%2Fa%3Fstatus%3Dfailed",
    null,
  ]);
  expect(await ask("/schedules", {})).toEqual([401, null, basic]);
  expect(await ask("/schedules", { ...browser, authorization: "Basic eDp5" })).toEqual([
    401,
    null,
    basic,
  ]);
  const script = { accept: "application/json", "sec-fetch-site": "same-origin" };
  expect(await ask("/board/api/queues", script)).toEqual([401, null, 'Session realm="Tripod"']);
});

test("a link on another site leads who is signed in to its page, and all others to sign in", async () => {
  const { boardUrl } = await startProducer();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const ask = (path: string, headers: Record<string, string>) =>
    fetch(boardUrl + path, { redirect: "manual", headers: { accept: "text/html", ...headers } });
  // A browser leaves the cookie out, which no other site's request is to carry.
  const linked = await ask("/workers?a=1", {
    "sec-fetch-site": "cross-site",
    "sec-fetch-dest": "document",
  });
  const way = "/sign-in?next=%2Fworkers%3Fa%3D1";
  expect([linked.status, linked.headers.get("refresh")]).toEqual([200, `0; url=${way}`]);
  expect(await linked.text()).toContain(`<a href="${way}">`);
  const here = { "sec-fetch-site": "same-origin", "sec-fetch-dest": "document" };
  const known = await ask(way, { ...here, cookie });
  expect([known.status, known.headers.get("location")]).toEqual([303, "/workers?a=1"]);
  expect((await ask(way, here)).status).toBe(200);
});

test.each([
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/.//evil.example/",
  "/x/..//evil.example",
  "javascript:alert(1)",
  "sign-in",
  "/sign-in?next=/sign-in",
  "",
])("signing in leads to no other site by the address %j", async (next) => {
  const { boardUrl } = await startProducer();
  const page = await (await fetch(`${boardUrl}/sign-in?next=${encodeURIComponent(next)}`)).text();
  expect(page).toContain('name="next" value="/"');
  const { status, location } = await signIn(boardUrl, { ...boardLogin, next });
  expect([status, location]).toEqual([303, "/"]);
});

test("a session that was given to a browser beforehand is nobody's after it has signed in", async () => {
  const { boardUrl } = await startProducer();
  const planted = `tripod-session=${"A".repeat(43)}`;
  const first = await signIn(boardUrl, boardLogin, { cookie: planted });
  expect(first.cookie).not.toBe(planted);
  const second = await signIn(boardUrl, boardLogin, { cookie: first.cookie });
  expect(second.cookie).not.toBe(first.cookie);
  const statuses = [planted, first.cookie, second.cookie].map(
    async (cookie) => (await fetch(boardUrl, { headers: { cookie } })).status,
  );
  expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
});

test("signing out ends the session for whoever has its cookie", async () => {
  const { boardUrl } = await startProducer();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const out = await fetch(`${boardUrl}/sign-out`, {
    method: "POST",
    headers: { cookie, origin: boardUrl },
    redirect: "manual",
  });
  expect([out.status, out.headers.get("location")]).toEqual([303, "/sign-in"]);
  expect(out.headers.get("set-cookie")).toMatch(/^tripod-session=;.*expires=Thu, 01 Jan 1970/);
  expect((await fetch(boardUrl, { headers: { cookie } })).status).toBe(401);
});

test("another website can neither sign a visitor in nor out", async () => {
  const { boardUrl } = await startProducer();
  const foreign = await signIn(boardUrl, boardLogin, { origin: "http://evil.example" });
  expect([foreign.status, foreign.cookie]).toEqual([403, ""]);
  const { cookie } = await signIn(boardUrl, boardLogin);
  const out = await fetch(`${boardUrl}/sign-out`, {
    method: "POST",
    headers: { cookie, origin: "http://evil.example" },
  });
  expect(out.status).toBe(403);
  expect((await fetch(boardUrl, { headers: { cookie } })).status).toBe(200);
});

test("a session holds at every producer, and through the replacement of the one that began it", async () => {
  const first = await startProducer();
  const second = await startProducer();
  const { cookie } = await signIn(first.boardUrl, boardLogin);
  await first.close();
  expect((await fetch(second.boardUrl, { headers: { cookie } })).status).toBe(200);
});

test("a producer that does not know a user yet ends no session that another one has begun", async () => {
  const newer = await startProducer({ usersFile: await writeUsers("viewer") });
  const older = await startProducer({ usersFile: await writeUsers("operator") });
  const { cookie } = await signIn(newer.boardUrl, { user: "viewer", password: usersPassword });
  expect((await fetch(older.boardUrl, { headers: { cookie } })).status).toBe(401);
  expect((await fetch(newer.boardUrl, { headers: { cookie } })).status).toBe(200);
});

test("what Redis holds of sessions lets nobody in, and ends by itself", async () => {
  const { boardUrl, redis } = await startProducer();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const keys = await redis.keys("{tripod}:session:*");
  const records = await Promise.all(keys.map((key) => redis.get(key)));
  const [, value = ""] = cookie.split("=");
  expect(keys.length).toBeGreaterThan(0);
  for (const text of [...keys, ...records].map(String)) {
    expect(text).not.toContain(value);
    expect(text).not.toContain(boardLogin.password);
  }
  for (const key of keys) {
    const stolen = key.slice("{tripod}:session:".length);
    const headers = { cookie: `tripod-session=${stolen}` };
    expect((await fetch(boardUrl, { headers })).status).toBe(401);
    expect(await redis.pttl(key)).toSatisfy((ms: number) => ms > 0 && ms <= 12 * 3_600_000);
  }
});

test("a session goes on while somebody looks or acts, and not for what an open page reads by itself", async () => {
  const { boardUrl, redis } = await startProducer();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const value = cookie.slice("tripod-session=".length);
  const key = `{tripod}:session:${createHash("sha256").update(value).digest("base64url")}`;
  const lastsAfter = async (init: RequestInit) => {
    await redis.pexpire(key, 60_000);
    const answer = await fetch(`${boardUrl}/workers`, { redirect: "manual", ...init });
    expect(answer.status).not.toBe(401);
    return (await redis.pttl(key)) > 60_000;
  };
  const script = { cookie, "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty" };
  expect(await lastsAfter({ headers: script })).toBe(false);
  expect(await lastsAfter({ headers: { ...script, "sec-fetch-dest": "document" } })).toBe(true);
  expect(await lastsAfter({ headers: { ...script }, method: "POST" })).toBe(true);
  expect(await lastsAfter({ headers: { cookie } })).toBe(true);
});

test("guesses by form and by program count together, and then neither is heard", async () => {
  const { boardUrl } = await startProducer();
  const statuses: number[] = [];
  for (let guess = 1; guess <= 5; guess += 1) {
    statuses.push((await signIn(boardUrl, { user: "admin", password: `guess ${guess}` })).status);
    const headers = { authorization: `Basic ${btoa(`admin:other ${guess}`)}` };
    statuses.push((await fetch(boardUrl, { headers })).status);
  }
  expect(statuses).toEqual(Array<number>(10).fill(401));
  const right = await signIn(boardUrl, boardLogin);
  expect([right.status, right.cookie]).toEqual([429, ""]);
  expect(right.page).toContain("Too many failed logins from here. Wait ");
  const headers = { authorization: boardAuthorization };
  expect((await fetch(boardUrl, { headers })).status).toBe(429);
});

test("behind a proxy with TLS the cookie is sent over TLS alone", async () => {
  const { boardUrl } = await startProducer({ limits: { trustProxy: true } });
  const tls = { "x-forwarded-proto": "https" };
  const { cookie, attributes } = await signIn(boardUrl, boardLogin, tls);
  expect(cookie).toMatch(/^__Host-tripod-session=/);
  expect(attributes).toContain("secure");
  expect((await fetch(boardUrl, { headers: { cookie, ...tls } })).status).toBe(200);
  expect((await fetch(boardUrl, { headers: { cookie } })).status).toBe(401);
});
