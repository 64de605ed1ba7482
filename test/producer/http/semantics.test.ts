import { expect, test } from "vitest";
import { postJson, readBody, submitDivision } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";

const division = '{"task":"quotient","input":{"x":10,"y":2,"delayMs":0}}';
const formType = "application/x-www-form-urlencoded";

test("statuses are called as RFC 9110 calls them, in problems and before the headers", async () => {
  const { url } = await startProducer();
  const unfit = await postJson(`${url}/api/v1/jobs`, { task: "quotient", input: {} });
  const large = await postJson(`${url}/api/v1/jobs`, " ".repeat(70_000));
  const form = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { "content-type": formType, origin: url },
    body: "x=",
  });
  const largeForm = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { "content-type": formType, origin: url },
    body: "x".repeat(9_000),
  });

  expect([unfit.statusText, (await readBody(unfit)).title]).toEqual([
    "Unprocessable Content",
    "Unprocessable Content",
  ]);
  expect([large.statusText, (await readBody(large)).title]).toEqual([
    "Content Too Large",
    "Content Too Large",
  ]);
  expect([form.statusText, largeForm.statusText]).toEqual([
    "Unprocessable Content",
    "Content Too Large",
  ]);
});

test("a path has case: in another one there is nothing, and people are told so", async () => {
  const { url, metricsUrl } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const paths = [`/API/v1/jobs/${id}`, `/Api/v1/jobs`, "/API/openapi.json", "/API/nowhere"];
  const answers = await Promise.all(
    [...paths.map((path) => url + path), `${url}/Overview`, `${url}/HEALTHZ`].map((address) =>
      fetch(address),
    ),
  );
  expect(answers.map(({ status, headers }) => [status, headers.get("content-type")])).toEqual(
    answers.map(() => [404, "text/html; charset=utf-8"]),
  );
  expect(await readProblem(await fetch(`${url}/api/v1/JOBS/${id}`))).toEqual(
    problem(404, `there is nothing at "/api/v1/JOBS/${id}"`),
  );
  expect((await fetch(`${metricsUrl}/Metrics`)).status).toBe(404);
});

test.each(["text/plain", formType, "application/json; charset=utf-7"])(
  "a body of the type %s is told which type the API takes",
  async (type) => {
    const { url, queue } = await startProducer();
    const response = await postJson(`${url}/api/v1/jobs`, division, { "content-type": type });

    expect([response.status, response.headers.get("accept")]).toEqual([415, "application/json"]);
    expect(response.headers.get("accept-encoding")).toBeNull();
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await queue.count()).toBe(0);
  },
);

test("a form of another type is told which type forms have", async () => {
  const { url } = await startProducer();
  const response = await postJson(`${url}/tasks/quotient`, division, { origin: url });

  expect([response.status, response.headers.get("accept")]).toEqual([415, formType]);
});

test("a form that says nothing of where it comes from is refused wherever a form would be taken", async () => {
  const { url, boardUrl } = await startProducer({ readOnly: false });
  const headers = { "content-type": formType, authorization: boardAuthorization };
  const places = [
    `${url}/tasks/quotient`,
    `${boardUrl}/board/api/queues/x/add`,
    `${url}/api/v1/jobs`,
  ];
  const answers = places.map((address) => fetch(address, { method: "POST", headers, body: "x=1" }));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403, 415]);
});

test.each(["gzip", "GZIP", "gzip, identity"])(
  "a body of the content coding %s is told that there is none",
  async (coding) => {
    const { url } = await startProducer();
    const response = await postJson(`${url}/api/v1/jobs`, division, { "content-encoding": coding });

    expect(response.headers.get("accept-encoding")).toBe("identity");
    expect(response.headers.get("accept")).toBeNull();
    expect(await readProblem(response)).toEqual(
      problem(415, `the body must not be compressed, got "${coding}"`),
    );
  },
);

test.each([
  ["content-type", "Application/JSON"],
  ["content-type", 'APPLICATION/JSON; Charset="Utf-8"'],
  ["content-encoding", "Identity"],
])("the case of what is sent as %s does not matter: %s", async (name, value) => {
  const { url } = await startProducer();
  expect((await postJson(`${url}/api/v1/jobs`, division, { [name]: value })).status).toBe(202);
});

test("who asks for a version that there is not is answered 412", async () => {
  const { url, queue } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const read = async (path: string, wanted: string) =>
    (await fetch(url + path, { headers: { "if-match": wanted } })).status;
  const asset = "/assets/style.css";
  const etag = (await fetch(url + asset)).headers.get("etag") ?? "";
  expect([
    await read(asset, etag),
    await read(asset, `"other", ${etag}`),
    await read(asset, "*"),
    await read(asset, '"other"'),
    await read(asset, `W/${etag}`),
    await read(`/api/v1/jobs/${id}`, "*"),
    await read(`/api/v1/jobs/${id}`, '"other"'),
    await read(`/jobs/${id}`, '"other"'),
    await read("/api/v1/jobs/nobody", '"other"'),
  ]).toEqual([200, 200, 200, 412, 412, 200, 412, 412, 404]);

  const waiting = await queue.count();
  const response = await postJson(`${url}/api/v1/jobs`, division, { "if-match": "*" });
  expect(await readProblem(response)).toEqual(
    problem(412, "this is not the version that If-Match asks for"),
  );
  expect(await queue.count()).toBe(waiting);
});
