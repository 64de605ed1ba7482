import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { startReceiver } from "../support/callback-receiver.ts";
import { openFakeServer } from "../support/fake-server.ts";
import { createFixtureClient } from "../support/fixture-client.ts";
import { startProducer } from "../support/producer.ts";
import { writeTokens } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const input = { x: 10, y: 2, delayMs: 0 };
const secret = "tripod_not-to-be-told";

async function startClosed() {
  const tokens = writeTokens();
  const { url, name } = await startProducer({
    usersFile: tokens.usersFile,
    publicAccess: "off",
    readOnly: false,
  });
  return { ...tokens, url, name };
}

/** The authorization of each request that comes to a server, which answers by `answer`. */
async function openNotingServer(status: number, headers: Record<string, string>) {
  const noted: (string | undefined)[] = [];
  const url = await openFakeServer((request, response) => {
    noted.push(request.headers.authorization);
    request.resume().on("end", () => response.writeHead(status, headers).end("{}"));
  });
  return { url, noted };
}

test("with a token a client submits, follows, reads and cancels where strangers may do nothing", async () => {
  const { url, name, submit } = await startClosed();
  const client = createFixtureClient({ url, token: submit.token });
  const waiting = await client.submit("quotient", input);
  expect(await client.cancel(waiting)).toMatchObject({ error_type: "cancelled_by_user" });
  await startWorker(name);
  const [one, other] = await client.submitMany([
    { task: "quotient", input },
    { task: "quotient", input },
  ]);
  if (one?.job === undefined || other?.job === undefined) throw new Error("not taken");
  expect(await client.wait(one.job)).toMatchObject({ status: "succeeded" });
  expect(await client.get(one.job)).toMatchObject({ submitter: "submit-token" });
  expect((await client.log(other.job)).lines).toEqual([]);
});

test("the token is that of TRIPOD_TOKEN where none is given", async () => {
  const { url, submit } = await startClosed();
  vi.stubEnv("TRIPOD_TOKEN", submit.token);
  try {
    expect(await createFixtureClient({ url }).submit("quotient", input)).toMatchObject({
      status: "waiting",
    });
    const without = createFixtureClient({ url, token: null }).submit("quotient", input);
    await expect(without).rejects.toMatchObject({ status: 401 });
    vi.stubEnv("TRIPOD_TOKEN", "");
    const empty = createFixtureClient({ url }).submit("quotient", input);
    await expect(empty).rejects.toMatchObject({ status: 401 });
  } finally {
    vi.unstubAllEnvs();
  }
});

test("who sends no token, a wrong one or one for something else is told so, and nothing is queued", async () => {
  const { url, view } = await startClosed();
  const refusalOf = (token: string | null) =>
    createFixtureClient({ url, token })
      .submit("quotient", input)
      .catch((error: unknown) => error);
  expect(await refusalOf(null)).toMatchObject({
    name: "RefusedError",
    message: '401: a token is needed, expected "Authorization: Bearer …"',
  });
  expect(await refusalOf(secret)).toMatchObject({
    name: "RefusedError",
    message: "401: the token is not known, or no longer",
  });
  expect(await refusalOf(view.token)).toMatchObject({
    name: "RefusedError",
    message: '403: the token "view-token" may look at jobs, and submit or cancel none',
  });
});

test.each([307, 308, 302])("a redirect by %i is not followed with a token", async (status) => {
  const elsewhere = await openNotingServer(200, { "content-type": "application/json" });
  const location = `${elsewhere.url}/api/v1/jobs`;
  const { url, noted } = await openNotingServer(status, { location });
  const client = createFixtureClient({ url, token: secret });
  await expect(client.submit("quotient", input)).rejects.toMatchObject({
    status,
    detail: `a redirect to "${location}", which the token is not sent to; expected the address of the API itself`,
  });
  await expect(client.wait("b234")).rejects.toMatchObject({ status });
  expect(noted).toEqual(Array<string>(3).fill(`Bearer ${secret}`));
  expect(elsewhere.noted).toEqual([]);
});

test("no error tells the token", async () => {
  const gone = await openFakeServer((request) => request.socket.destroy());
  const { url } = await startClosed();
  for (const [server, token] of [
    [gone, secret],
    [url, secret],
  ] as const) {
    const client = createFixtureClient({ url: server, token, retryMs: 1 });
    const error: unknown = await client
      .submit("quotient", input)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(secret);
  }
});

test.each([`${secret}\n`, `${secret} x`, `${secret}\u0000`, "schlüssel", ""])(
  "a token that can be none is refused at once, and not told: %j",
  (token) => {
    const open = () => createFixtureClient({ url: "http://localhost:8080", token });
    expect(open).toThrow(
      /^the token (is empty|has blanks, or characters that no token has), expected one like "tripod_/,
    );
    expect(open).not.toThrow(secret);
  },
);

test("a job's end is told to its callbackUrl, or to that of all of its batch", async () => {
  const receiver = await startReceiver();
  const { url, name } = await startProducer({
    callbacks: {
      secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}`,
      allowed: "127.0.0.0/8",
    },
  });
  await startWorker(name);
  const client = createFixtureClient({ url });
  const alone = await client.submit("quotient", input, { callbackUrl: `${receiver.url}/alone` });
  const outcomes = await client.submitMany(
    [
      { task: "quotient", input },
      { task: "quotient", input, callbackUrl: `${receiver.url}/own` },
    ],
    { callbackUrl: `${receiver.url}/all` },
  );
  const received = await receiver.until(3);
  const places = new Map(received.map(({ path, message }) => [message.data.id, path]));
  expect(
    [alone.id, ...outcomes.map(({ job }) => job?.id)].map((id) => places.get(id ?? "")),
  ).toEqual(["/alone", "/all", "/own"]);
  await until(
    "it to be noted",
    async () => (await client.get(alone)).callback?.state === "delivered",
  );
  await expect(client.submit("quotient", input, { callbackUrl: "nowhere" })).rejects.toMatchObject({
    status: 422,
    errors: [{ pointer: "/callback_url" }],
  });
});
