import { expect, test } from "vitest";
import { createSystemFiles } from "../../infra/boot/system-files.ts";

test("every host's journal has a bound of its own, in bytes and in a unit's lines", () => {
  const files = createSystemFiles();
  const journal = files.find(({ path }) => path === "/etc/systemd/journald.conf.d/tripod.conf");
  expect(journal?.content.trim().split("\n")).toEqual([
    "[Journal]",
    "Storage=persistent",
    "SystemMaxUse=500M",
    "RuntimeMaxUse=50M",
    "RateLimitIntervalSec=30s",
    "RateLimitBurst=10000",
  ]);
});
