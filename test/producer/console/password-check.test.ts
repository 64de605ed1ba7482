import type { ParameterizedContext } from "koa";
import { expect, test } from "vitest";
import { createAccounts } from "../../../src/producer/console/accounts.ts";
import { createPasswordCheck } from "../../../src/producer/console/password-check.ts";
import { hashPassword } from "../../../src/producer/console/password-hash.ts";
import { collectLog } from "../../support/telemetry.ts";

const from = (ip: string) => ({ ip }) as ParameterizedContext;

test("a login that one client is refused, another one may send in the same instant", async () => {
  const hash = await hashPassword("battery staple");
  const accounts = createAccounts({
    user: "admin",
    readPassword: () => "correct horse",
    users: { find: (name) => (name === "ann" ? { name, role: "viewer", hash } : undefined) },
  });
  const passwords = createPasswordCheck(accounts, collectLog().log);
  for (let guess = 1; guess <= 10; guess += 1) await passwords.refuse(from("203.0.113.1"));
  const [guesser, ann] = await Promise.allSettled(
    ["203.0.113.1", "203.0.113.2"].map((ip) => passwords.check(from(ip), "ann:battery staple")),
  );
  expect(guesser).toMatchObject({ status: "rejected", reason: { status: 429 } });
  expect(ann).toMatchObject({ status: "fulfilled", value: { name: "ann", role: "viewer" } });
});
