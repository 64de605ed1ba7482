import { expect, test } from "vitest";
import { submitDivision } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";

const always = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "strict-transport-security": null,
  "x-powered-by": null,
  server: null,
  // There is no session that somebody could steal.
  "set-cookie": null,
};
const pagePolicy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none';object-src 'none'";
const boardPolicy = pagePolicy
  .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  .replace("base-uri 'none'", "base-uri 'self'")
  .concat(";font-src 'self' data:");

test("every answer of the public listener carries the security headers", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const answers = await Promise.all([
    fetch(url),
    fetch(`${url}/jobs/${id}`),
    fetch(`${url}/api/v1/jobs/${id}`),
    fetch(`${url}/api/openapi.json`),
    fetch(`${url}/assets/style.css`),
    fetch(`${url}/assets/icon.svg`),
    fetch(`${url}/healthz`),
    fetch(`${url}/nowhere`),
    fetch(`${url}/api/nowhere`),
    fetch(`${url}/api/v1/jobs`, { method: "DELETE" }),
    fetch(`${url}/tasks/quotient`, { method: "POST" }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([
    200, 200, 200, 200, 200, 200, 200, 404, 404, 405, 415,
  ]);
  expect(answers.map(readHeaders)).toEqual(answers.map(() => [pagePolicy, always]));
});

test("every answer of the operators' listener carries the security headers", async () => {
  const { boardUrl } = await startProducer();
  const headers = { authorization: boardAuthorization };
  const answers = await Promise.all([
    fetch(`${boardUrl}/board`),
    fetch(`${boardUrl}/board`, { headers }),
    fetch(`${boardUrl}/board/api/queues`, { headers }),
    fetch(`${boardUrl}/board/static/images/logo.svg`, { headers }),
    fetch(`${boardUrl}/board/api/queues/nope/add`, {
      method: "POST",
      headers: { ...headers, origin: "http://evil.example" },
    }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 200, 403]);
  expect(answers.map(readHeaders)).toEqual(answers.map(() => [boardPolicy, always]));
  const own = await Promise.all([
    fetch(boardUrl),
    fetch(boardUrl, { headers }),
    fetch(`${boardUrl}/schedules`, { headers }),
    fetch(`${boardUrl}/assets/style.css`),
    fetch(`${boardUrl}/nowhere`, { headers }),
  ]);
  expect(own.map(({ status }) => status)).toEqual([401, 200, 200, 200, 404]);
  expect(own.map(readHeaders)).toEqual(own.map(() => [pagePolicy, always]));
});

test("what only its address gives away is told on by no link, and listed by no search engine", async () => {
  const { url, boardUrl } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const refused = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded" },
    body: "x=1",
  });
  const answers = [
    await fetch(`${url}/jobs/${id}`),
    await fetch(`${url}/jobs/nobody`),
    await fetch(`${url}/nowhere`),
    await fetch(`${boardUrl}/board`),
    await fetch(`${boardUrl}/board`, { headers: { authorization: boardAuthorization } }),
    await fetch(boardUrl, { headers: { authorization: boardAuthorization } }),
    refused,
    await fetch(url),
  ];
  const told = answers.map(({ status, headers }) => [
    status,
    headers.get("referrer-policy"),
    headers.get("x-robots-tag"),
  ]);

  expect(told).toEqual([
    // It has buttons. Without a referrer a form could not be sent over plain HTTP: it would come from "null".
    [200, "same-origin", "noindex"],
    [404, "no-referrer", "noindex"],
    [404, "no-referrer", "noindex"],
    [401, "no-referrer", "noindex"],
    [200, "no-referrer", "noindex"],
    [200, "same-origin", "noindex"],
    [422, "same-origin", "noindex"],
    [200, "same-origin", null],
  ]);
});

test("pages, a job's status and probes are kept by no cache", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const kept = ["/", "/overview", "/nowhere", "/healthz", "/readyz"];
  const paths = [...kept, `/jobs/${id}`, `/api/v1/jobs/${id}`];
  const answers = await Promise.all(paths.map((path) => fetch(`${url}${path}`)));

  expect(answers.map(({ headers }) => headers.get("cache-control"))).toEqual(
    paths.map(() => "no-store"),
  );
});

function readHeaders({ headers }: Response): unknown {
  const seen = Object.keys(always).map((name) => [name, headers.get(name)]);
  return [headers.get("content-security-policy"), Object.fromEntries(seen)];
}
