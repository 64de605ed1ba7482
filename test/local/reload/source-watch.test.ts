import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findSources, watchSources } from "../../../src/local/reload/source-watch.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

test("tells of a file that was saved after the services were started, before it was looked for", async () => {
  const sources = createTemporaryFolder();
  mkdirSync(join(sources, "tasks"));
  writeFileSync(join(sources, "tasks/old.ts"), "");
  const loaded = findSources(sources);
  writeFileSync(join(sources, "tasks/new.ts"), "");
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const { promise: told, resolve } = Promise.withResolvers<string[]>();
  const onChange = async (paths: string[]) => resolve(paths);
  void watchSources(sources, { loaded, signal: stopping.signal, onChange });
  expect(await told).toEqual([join(sources, "tasks/new.ts")]);
});
