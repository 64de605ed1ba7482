import { expect, test } from "vitest";
import { postJson, readBody } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };
const tooMany = problem(429, "too many submissions from here");

test("a client that submits too often is told when to come back", async () => {
  const { url, queue } = await startProducer({ limits: { ratePerMinute: 2 } });
  const submit = () => postJson(`${url}/api/v1/jobs`, division);
  const taken = [(await submit()).status, (await submit()).status];
  const refused = await submit();

  expect(taken).toEqual([202, 202]);
  expect(await readProblem(refused)).toEqual(tooMany);
  expect(Number(refused.headers.get("retry-after"))).toSatisfy(
    (seconds: number) => seconds > 50 && seconds <= 60,
  );
  expect(await queue.count()).toBe(2);
});

test("form and API count together, and a body that is refused counts too", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 2 } });
  await postJson(`${url}/api/v1/jobs`, "not JSON");
  await postJson(`${url}/api/v1/jobs`, division);
  const response = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
    body: "x=10&y=2",
  });

  expect([response.status, await response.text()]).toEqual([
    429,
    expect.stringContaining("Too many submissions from here."),
  ]);
});

test("a form that comes too soon can be sent again as it is", async () => {
  const { url, queue } = await startProducer({ limits: { ratePerMinute: 1 } });
  await postJson(`${url}/api/v1/jobs`, division);
  const send = (body: string) =>
    fetch(`${url}/tasks/quotient`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
      body,
    });
  const [refused, unreadable] = [await send("x=7&y=2&idempotency_key=4711"), await send("x=%zz")];
  const page = await refused.text();

  expect([refused.status, unreadable.status]).toEqual([429, 429]);
  expect(page).toMatch(/<form method="post" action="\/tasks\/quotient">[^]*Try again<\/button>/);
  expect(page.match(/name="\w+" value="\w*"/g)).toEqual([
    'name="x" value="7"',
    'name="y" value="2"',
    'name="idempotency_key" value="4711"',
  ]);
  expect(await unreadable.text()).not.toContain("Try again");
  expect(await queue.count()).toBe(1);
});

test("reading does not count as submitting", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 1 } });
  const answers = Array.from({ length: 5 }, async () => (await fetch(url)).status);

  expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200]);
});

test("a client that reads too often is told when to come back, and others are not", async () => {
  const { url } = await startProducer({ limits: { readsPerMinute: 3, trustProxy: true } });
  const ask = (path: string, address: string, method = "GET") =>
    fetch(`${url}${path}`, { method, headers: { "x-forwarded-for": address } });
  const [client, other] = ["203.0.113.1", "203.0.113.2"];
  const taken = [
    await ask("/", client),
    await ask("/api/v1/jobs/nobody", client),
    await ask("/overview", `${client}:4711`, "HEAD"),
  ];
  expect(taken.map(({ status }) => status)).toEqual([200, 404, 200]);

  const api = ["/api/v1/jobs/nobody", "/api/v1/jobs/nobody/events", "/api/v1/overview/events"];
  for (const path of [...api, "/api/openapi.json"]) {
    const refused = await ask(path, client);
    expect(await readProblem(refused)).toEqual(problem(429, "too many requests from here"));
    expect(Number(refused.headers.get("retry-after"))).toSatisfy(
      (seconds: number) => seconds > 30 && seconds <= 60,
    );
  }
  for (const path of ["/", "/tasks/quotient", "/jobs/nobody", "/overview", "/api/v1/tasks/old"]) {
    expect([path, (await ask(path, client)).status]).toEqual([path, 429]);
  }
  for (const path of ["/healthz", "/readyz", "/assets/style.css"]) {
    expect([path, (await ask(path, client)).status]).toEqual([path, 200]);
  }
  const headers = { "x-forwarded-for": client };
  expect((await postJson(`${url}/api/v1/jobs`, division, headers)).status).toBe(202);
  expect((await ask("/", other)).status).toBe(200);
});

test("the API says of everything that can be read that it may be read too often", async () => {
  const { url } = await startProducer();
  const { paths } = await readBody(await fetch(`${url}/api/openapi.json`));
  const reads = Object.values<Record<string, { responses: object }>>(paths).flatMap(
    ({ get }) => get ?? [],
  );
  expect(reads.length).toBe(6);
  for (const { responses } of reads) expect(responses).toHaveProperty("429");
});

test("a client cannot pass for another by X-Forwarded-For", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 1 } });
  const submitAs = (address: string) =>
    postJson(`${url}/api/v1/jobs`, division, { "x-forwarded-for": address });
  await submitAs("203.0.113.1");

  expect(await readProblem(await submitAs("203.0.113.2"))).toEqual(tooMany);
});

test("behind a trusted proxy the address that the proxy added last is the client", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 1, trustProxy: true } });
  const submitAs = async (addresses: string) => {
    const headers = { "x-forwarded-for": addresses };
    return (await postJson(`${url}/api/v1/jobs`, division, headers)).status;
  };

  expect([
    await submitAs("203.0.113.1"),
    await submitAs("203.0.113.2"),
    await submitAs("198.51.100.7, 203.0.113.1"),
  ]).toEqual([202, 202, 429]);
});

test("one IPv6 network of 64 bits is one client", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 1, trustProxy: true } });
  const submitAs = async (address: string) => {
    const headers = { "x-forwarded-for": address };
    return (await postJson(`${url}/api/v1/jobs`, division, headers)).status;
  };

  expect([
    await submitAs("2001:db8:0:1::1"),
    await submitAs("2001:db8:0:1:ffff:ffff:ffff:ffff"),
    await submitAs("2001:db8:0:2::1"),
  ]).toEqual([202, 429, 202]);
});

test("one address is one client, however the proxy writes it", async () => {
  const { url } = await startProducer({ limits: { ratePerMinute: 1, trustProxy: true } });
  const submitAs = async (address: string) => {
    const headers = { "x-forwarded-for": address };
    return (await postJson(`${url}/api/v1/jobs`, division, headers)).status;
  };

  expect([
    await submitAs("203.0.113.9"),
    await submitAs("203.0.113.9:5678"),
    await submitAs("::FFFF:203.0.113.9"),
    await submitAs("[::ffff:203.0.113.9]:443"),
    await submitAs("::ffff:203.0.113.9:5679"),
  ]).toEqual([202, 429, 429, 429, 429]);
});
