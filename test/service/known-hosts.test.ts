import { request } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/service/config.ts";
import { createHostCheck } from "../../src/service/known-hosts.ts";
import { startProducer } from "../support/producer.ts";

const { hostNames } = loadConfig({
  PUBLIC_URL: "https://tasks.example/queue",
  BOARD_URL: "http://203.0.113.80:8081",
  ALLOWED_HOSTS: "Board.Example, inner",
});
const isOurs = createHostCheck(hostNames);

test("a name that is given with the root's dot is answered with and without", () => {
  const isDotted = createHostCheck(["dotted.example."]);
  expect(["dotted.example", "dotted.example."].map(isDotted)).toEqual([true, true]);
});

test.each([
  "127.0.0.1:8080",
  "10.0.1.10",
  "[::1]:8080",
  "[2001:db8::1]",
  "localhost",
  "LOCALHOST:9465",
  "app.localhost:80",
  "tasks.example",
  "tasks.example:443",
  "board.example:8081",
  "inner",
  // The root's dot, with which a name is whole.
  "localhost.",
  "app.localhost.:80",
  "Tasks.Example.:443",
  "inner.",
  undefined,
])("%s is answered", (host) => {
  expect(isOurs(host)).toBe(true);
});

test.each([
  "attacker.test",
  "attacker.test:8080",
  "127.0.0.1.attacker.test",
  "localhost.attacker.test",
  "notlocalhost",
  "attacker.test.",
  "localhost..",
  ".",
  "example",
  "tasks.example.attacker.test",
  "[attacker.test]",
  "",
  "localhost@attacker.test",
])("%s is not", (host) => {
  expect(isOurs(host)).toBe(false);
});

test("a page of another site can neither submit, nor look, nor read metrics under its own name", async () => {
  const { url, boardUrl, metricsUrl } = await startProducer();
  const addresses = [`${url}/`, `${url}/api/v1/jobs/x`, `${boardUrl}/`, `${metricsUrl}/metrics`];
  for (const address of addresses) {
    const sending = request(address, { headers: { host: "attacker.test" } }).end();
    const [response] = await once(sending, "response");
    expect([response.statusCode, await text(response)]).toEqual([
      421,
      "this is no name of ours: expected an address, localhost or one of ALLOWED_HOSTS\n",
    ]);
  }
});
