import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { type BootingHost, waitForBoot } from "./boot.ts";

const patience = { bootMs: 1_000, silenceMs: 300, doubtMs: 50, pauseMs: 10 };

/** A host of which systemd always says that it is starting. */
function createHost(readEnd: BootingHost["readEnd"] = () => undefined) {
  const folder = createTemporaryFolder();
  const questions: string[] = [];
  const host: BootingHost = {
    readEnd,
    locate: (path) => join(folder, path.replaceAll("/", "_")),
    async ask(...command) {
      questions.push(command.join(" "));
      return "starting\n";
    },
  };
  return { host, questions };
}

test("a boot without a word in cloud-init's logs is given up, long before its deadline", async () => {
  const { host, questions } = createHost();
  const startedAt = performance.now();
  expect(await waitForBoot(host, patience)).toBe("cloud-init was silent for 0.3 s");
  expect(performance.now() - startedAt).toBeLessThan(patience.bootMs);
  expect(new Set(questions)).toEqual(new Set(["systemctl is-system-running"]));
});

test("a boot that goes on and on is given up at its deadline, and nobody asks systemd", async () => {
  const { host, questions } = createHost(() => {
    appendFileSync(host.locate("/var/log/cloud-init.log"), "another line\n");
    return undefined;
  });
  const loose = { ...patience, doubtMs: patience.bootMs };
  expect(await waitForBoot(host, loose)).toBe("cloud-init was not through after 1 s");
  expect(questions).toEqual([]);
});
