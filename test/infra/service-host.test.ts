import { expect, test } from "vitest";
import { parse } from "yaml";
import { createServiceUserData, type ServiceHost } from "../../infra/boot/service-host.ts";

interface CloudConfig {
  readonly write_files: readonly { path: string; content: string }[];
}

/** A setting of the service's unit. */
function readUnit(service: ServiceHost["service"], concurrency: number, key: string) {
  const host = {
    service,
    region: "eu-central-1",
    bucket: "releases",
    releaseKey: "release.tar.gz",
    releaseSha: "0".repeat(64),
    passwordVersion: 1,
    secrets: {},
    concurrency,
    monitored: false,
  };
  const { write_files: files }: CloudConfig = parse(createServiceUserData(host));
  const path = `/etc/systemd/system/tripod-${service}.service`;
  const unit = files.find((file) => file.path === path)?.content ?? "";
  return new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1];
}

test.for([1, 10, 1_000])(
  "a worker's unit has room for a process of eleven threads for each of %i jobs at once",
  (concurrency) => {
    const limit = Number(readUnit("worker", concurrency, "TasksMax"));
    expect(limit).toBeGreaterThanOrEqual(100 + 11 * concurrency);
    expect(limit).toBeLessThan(1_000 + 20 * concurrency);
  },
);

test("a worker may open the three pipes to each of a thousand processes, besides its connections", () => {
  const limit = Number(readUnit("worker", 1_000, "LimitNOFILE"));
  expect(limit).toBeGreaterThanOrEqual(3 * 1_000 + 2_000);
});

test("a producer's unit does not grow with what its workers do", () => {
  expect(readUnit("producer", 1_000, "TasksMax")).toBe(readUnit("producer", 1, "TasksMax"));
});
