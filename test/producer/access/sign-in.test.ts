import { createHook } from "node:async_hooks";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { createToken, hashToken } from "../../../src/producer/access/token.ts";
import { hashPassword, nobodysHash } from "../../../src/producer/console/password-hash.ts";
import { createUsers } from "../../../src/producer/console/users.ts";
import { submitDivision } from "../../support/client.ts";
import { boardLogin, type ProducerOptions, startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { collectLog } from "../../support/telemetry.ts";
import { addToken, writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";
import { usersPassword, writeUsers } from "../../support/users.ts";

const viewer = { user: "viewer", password: usersPassword };
const wrong = { user: "viewer", password: "wrong" };

async function startSignedIn(options: ProducerOptions = {}) {
  const usersFile = await writeUsers("viewer");
  const producer = await startProducer({ usersFile, publicAccess: "signed-in", ...options });
  return { ...producer, usersFile };
}

/** What a browser would send to both listeners. */
const both = (value: string) => `tripod-visit=${value}; tripod-session=${value}`;

/** As a proxy tells who asks. */
const at = (address: string) => ({ "x-forwarded-for": address });

/** What a hash costs to compare with, and how long its parts are. */
const shapeOf = (hash: string) => {
  const [, scheme, cost, ...parts] = hash.split("$");
  return [scheme, cost, ...parts.map(({ length }) => length)];
};

/** What an address answers to a browser with this cookie. */
async function look(address: string, cookie: string): Promise<number> {
  const headers = { cookie, accept: "text/html" };
  const answer = await fetch(address, { headers, redirect: "manual" });
  await answer.body?.cancel();
  return answer.status;
}

test("a session is a new one at each sign-in: one that was planted, or known before, is nobody's", async () => {
  const { url } = await startSignedIn();
  const planted = `tripod-visit=${"A".repeat(43)}`;
  const first = await signIn(url, viewer, { cookie: planted });
  const second = await signIn(url, viewer, { cookie: first.cookie });
  expect(new Set([planted, first.cookie, second.cookie]).size).toBe(3);
  expect(second.cookie).toMatch(/^tripod-visit=[\w-]{43}$/);
  expect(second.attributes).toEqual(expect.arrayContaining(["httponly", "samesite=lax"]));
  expect(await look(url, planted)).toBe(303);
  expect(await look(url, first.cookie)).toBe(303);
  expect(await look(url, second.cookie)).toBe(200);
});

test("a session of one listener is nobody's at the other", async () => {
  const { url, boardUrl } = await startSignedIn();
  const visit = (await signIn(url, viewer)).cookie.replace("tripod-visit=", "");
  const session = (await signIn(boardUrl, viewer)).cookie.replace("tripod-session=", "");
  expect([await look(url, both(visit)), await look(boardUrl, both(visit))]).toEqual([200, 303]);
  expect([await look(url, both(session)), await look(boardUrl, both(session))]).toEqual([303, 200]);
});

test.each([
  ["another site", { origin: "http://evil.example" }],
  ["another port of this host", { origin: "http://127.0.0.1:1" }],
  ["no origin that is told", { origin: "null" }],
  ["a sibling of this site", { "sec-fetch-site": "same-site" }],
  ["what a browser takes for another site", { "sec-fetch-site": "cross-site" }],
])("a form of %s signs nobody in or out, and submits and cancels nothing", async (_, from) => {
  const { url, queue, usersFile } = await startSignedIn({ readOnly: false });
  const { headers } = addToken(usersFile, "program", "submit");
  const { cookie } = await signIn(url, viewer);
  const send = async (path: string, fields: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { cookie, ...from },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
    await answer.body?.cancel();
    return [answer.status, answer.headers.getSetCookie()];
  };
  const { id } = await until("its token to be known", () =>
    submitDivision(url, { x: 1, y: 1 }, headers).catch(() => undefined),
  );
  const refused = [403, []];
  expect(await send("/sign-in", { name: viewer.user, password: viewer.password })).toEqual(refused);
  expect(await send("/sign-out")).toEqual(refused);
  expect(await send("/tasks/quotient", { x: "1", y: "1" })).toEqual(refused);
  expect(await send(`/jobs/${id}/cancel`)).toEqual(refused);
  expect(await look(url, cookie)).toBe(200);
  expect(await queue.getJobCounts("waiting", "failed")).toEqual({ waiting: 1, failed: 0 });
});

test("guesses at both listeners count together for an address, and keep nobody else out", async () => {
  const { url, boardUrl } = await startSignedIn({ limits: { trustProxy: true } });
  const statuses: number[] = [];
  for (let guess = 0; guess < 5; guess += 1) {
    const password = `guess ${guess}`;
    statuses.push((await signIn(url, { ...viewer, password }, at("203.0.113.1"))).status);
    statuses.push((await signIn(boardUrl, { ...viewer, password }, at("203.0.113.1"))).status);
  }
  expect(statuses).toEqual(Array<number>(10).fill(401));
  const right = await signIn(url, viewer, at("203.0.113.1"));
  expect([right.status, right.cookie]).toEqual([429, ""]);
  expect(right.page).toContain("Too many failed logins from here. Wait ");
  // The same name, from elsewhere.
  expect((await signIn(url, viewer, at("203.0.113.2"))).status).toBe(303);
});

test("a name that nobody has costs as much work as a password that is wrong", async () => {
  const { url } = await startSignedIn();
  let hashed = 0;
  const hook = createHook({ init: (_, type) => void (hashed += Number(type === "SCRYPTREQUEST")) });
  onTestFinished(() => void hook.disable());
  hook.enable();
  const workOf = async (login: typeof viewer) => {
    const before = hashed;
    const { status, page } = await signIn(url, login);
    return {
      status,
      hashed: hashed - before,
      page: page.replaceAll(/data-now="\d+"/g, "").replace(login.user, ""),
    };
  };
  const ofWrong = await workOf(wrong);
  expect(await workOf({ ...wrong, user: "nobody" })).toEqual(ofWrong);
  expect([ofWrong.status, ofWrong.hashed]).toEqual([401, 1]);
  // Nor is the hash itself cheaper, or shorter.
  expect(shapeOf(nobodysHash)).toEqual(shapeOf(await hashPassword("anything")));
});

test("neither a token nor its hash is compared itself, so that no time tells how much of it is right", () => {
  const { usersFile, submit } = writeTokens();
  const lookups = () => {
    const users = createUsers(usersFile, collectLog().log, "admin");
    const spy = vi.spyOn(Map.prototype, "get");
    try {
      expect(users.findToken(submit.token)?.name).toBe("submit-token");
      expect(users.findToken(createToken())).toBeUndefined();
      return spy.mock.calls.map(([key]) => String(key));
    } finally {
      spy.mockRestore();
    }
  };
  const [one, other] = [lookups(), lookups()];
  expect(one).toHaveLength(2);
  for (const key of [...one, ...other]) {
    expect(key).not.toContain(submit.token);
    expect(key).not.toContain(hashToken(submit.token));
    expect(key).not.toContain(Buffer.from(hashToken(submit.token), "hex").toString("base64"));
  }
  // Nobody can work out what it is compared by.
  expect(one[0]).not.toBe(other[0]);
});

test.each([
  ["is removed", () => ""],
  ["has another role", (line: string) => line.replace(":viewer:", ":operator:")],
])(
  "a session of a user who %s is over within ten seconds, and so is its stream",
  async (_, change) => {
    const { url, usersFile } = await startSignedIn();
    const { cookie } = await signIn(url, viewer);
    const stream = await fetch(`${url}/overview/events`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    let isOver = false;
    void stream.text().then(
      () => (isOver = true),
      () => (isOver = true),
    );
    const text = readFileSync(usersFile, "utf8");
    // It is not empty, as somebody finds a file who reads while another one writes.
    writeFileSync(usersFile, `other:viewer:${nobodysHash}\n${change(text)}`);
    const changedAt = performance.now();
    await until("the session to be over", async () => (await look(url, cookie)) === 303, 10_000);
    await until("its stream to end", () => isOver, 10_000 - (performance.now() - changedAt));
  },
);

test("the administrator signs in on the public pages, too", async () => {
  const { url } = await startSignedIn();
  const { cookie, location } = await signIn(url, { ...boardLogin, next: "/overview" });
  expect([location, await look(`${url}/overview`, cookie)]).toEqual(["/overview", 200]);
});
