import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { readSigningKeys, signRequest } from "../../../src/producer/callbacks/signature.ts";

const one = `whsec_${Buffer.alloc(24, "1").toString("base64")}`;
// As the stack makes passwords: 40 letters and digits are Base64, too.
const other = "abcdefghijABCDEFGHIJ0123456789abcdefghij";

test("while a secret is replaced, receivers with either one take a request", () => {
  const keys = readSigningKeys(`${one}\n${other}\n`);
  const body = '{"type":"job.succeeded"}';
  const headers = signRequest(keys, { id: "an-id-1", body, atMs: Date.now() });
  for (const secret of [one, other]) {
    expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, { ...headers })).toThrow("signature");
  }
});

test("what src/README.md has receivers do takes our requests, and no others", async () => {
  const readme = await readFile(new URL("../../../src/README.md", import.meta.url), "utf8");
  const [, source = ""] = /```ts\n(import \{ createHmac[^]*?)```/.exec(readme) ?? [];
  const module = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(source))}`;
  const { isOurs } = await import(/* @vite-ignore */ module);
  const body = '{"type":"job.succeeded"}';
  const sign = (atMs: number) =>
    signRequest(readSigningKeys(`${one} ${other}`), { id: "an-id-1", body, atMs });
  const now = sign(Date.now());
  expect([one, other].map((secret) => isOurs(secret, now, body))).toEqual([true, true]);
  expect(isOurs(one, now, `${body} `)).toBe(false);
  expect(isOurs("b".repeat(32), now, body)).toBe(false);
  expect(isOurs(one, sign(Date.now() - 600_000), body)).toBe(false);
});

test("an old request is refused by a receiver that looks at its time", () => {
  const body = "{}";
  const atMs = Date.now() - 600_000;
  const headers = signRequest(readSigningKeys(one), { id: "an-id-1", body, atMs });
  expect(() => new Webhook(one).verify(body, { ...headers })).toThrow("too old");
});

test.each(["", "whsec_", "short", "a".repeat(400), "-".repeat(40), `${one} ${one} ${one}`])(
  "%j is no secret",
  (text) => {
    expect(() => readSigningKeys(text)).toThrow("expected");
  },
);
