import { expect, test } from "vitest";
import { boardAuthorization, boardLogin, startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { signIn } from "../../support/sign-in.ts";
import { until } from "../../support/until.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";

const html = "text/html,application/xhtml+xml,*/*;q=0.8";

async function openConsole() {
  const usersFile = await writeUsers("viewer");
  const { boardUrl } = await startProducer({ readOnly: false, usersFile });
  const ask = async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
    const answer = await fetch(boardUrl + path, { redirect: "manual", ...init });
    return {
      status: answer.status,
      type: answer.headers.get("content-type")?.split(";")[0],
      location: answer.headers.get("location"),
      text: await answer.text(),
    };
  };
  return { boardUrl, ask };
}

test("people get a page of what is wrong, from which the console is a step away", async () => {
  const { ask } = await openConsole();
  const headers = { authorization: authorizationOf("viewer"), accept: html };
  const answers = await Promise.all([
    ask("/nowhere", { headers }),
    ask("/jobs/none", { headers }),
    ask("/board/nowhere/of/it", { headers }),
    ask("/workers/a/drain", { headers, method: "POST" }),
  ]);
  expect(answers.map(({ status, type }) => [status, type])).toEqual([
    [404, "text/html"],
    [404, "text/html"],
    [404, "text/html"],
    [403, "text/html"],
  ]);
  for (const { text } of answers) {
    expect(text).toContain('<a href="/">Back to the console</a>');
    expect(text).toContain("Sign out");
  }
  expect(answers[1]?.text).toContain("There is no job &quot;none&quot;");
  expect(answers[3]?.text).toContain(
    "&quot;viewer&quot; is a viewer, expected an operator for that.",
  );
});

test("who has signed in keeps their way round on the page of a form from elsewhere, and strangers get none", async () => {
  const { boardUrl, ask } = await openConsole();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const foreign = { accept: html, origin: "https://elsewhere.test" };
  const send = (headers: Record<string, string>) =>
    ask("/workers/a/drain", { headers: { ...foreign, ...headers }, method: "POST" });
  const [own, stranger] = [await send({ cookie }), await send({})];
  expect([own.status, stranger.status]).toEqual([403, 403]);
  for (const word of ["Sign out", 'href="/jobs"']) {
    expect(own.text).toContain(word);
    expect(stranger.text).not.toContain(word);
  }
});

test("programs and Bull Board's own page get the words alone", async () => {
  const { ask } = await openConsole();
  const headers = { authorization: boardAuthorization };
  expect(await ask("/jobs/<b>", { headers })).toMatchObject({
    status: 404,
    type: "text/plain",
    text: 'there is no job "<b>", or it is no longer kept',
  });
  expect(await ask("/api/v1/nowhere", { headers: { ...headers, accept: html } })).toMatchObject({
    status: 404,
    type: "application/problem+json",
    text: expect.stringContaining('there is nothing at \\"/api/v1/nowhere\\"'),
  });
  const script = { ...headers, accept: "application/json, text/plain, */*" };
  expect(await ask("/board/api/secrets", { headers: script })).toMatchObject({
    status: 403,
    type: "application/json",
    text: '{"error":"Bull Board\'s \\"GET /api/secrets\\" is not open here"}',
  });
});

test("while Redis is away a page says so, and asks again by itself", async () => {
  const redis = await ownRedis();
  const { boardUrl } = await startProducer({ redisUrl: redis.url });
  await redis.signal("SIGKILL");
  const headers = { authorization: boardAuthorization, accept: html };
  const page = await until("the page of the outage", async () => {
    const answer = await fetch(`${boardUrl}/workers`, { headers });
    return answer.status === 503 && answer.text();
  });
  expect(page).toContain("The queue cannot be reached now.");
  expect(page).toContain("data-retry-after=");
});

test("a form that is sent after the session's end leads to sign in, and back to its page", async () => {
  const { boardUrl, ask } = await openConsole();
  const { cookie } = await signIn(boardUrl, boardLogin);
  const form = { cookie, origin: boardUrl, accept: html };
  await ask("/sign-out", { headers: form, method: "POST" });
  const sent = await ask("/workers/a/drain", {
    headers: { ...form, referer: `${boardUrl}/workers?page=2` },
    method: "POST",
  });
  expect([sent.status, sent.location]).toEqual([
    303,
    "/sign-in?next=%2Fworkers%3Fpage%3D2&undone=",
  ]);
  const page = await ask(sent.location ?? "", { headers: { cookie, accept: html } });
  expect(page.status).toBe(200);
  expect(page.text).toContain("You had been signed out, so nothing was done.");
  expect(page.text).toContain('name="next" value="/workers?page=2"');
  const unknown = await ask("/workers/a/drain", { headers: form, method: "POST" });
  expect(unknown.location).toBe("/sign-in?undone=");
});
