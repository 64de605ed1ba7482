import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTemporaryFolder } from "./temporary-folder.ts";

export interface FakeCommands {
  /** The PATH on which only the fakes are. */
  readonly path: string;
  /** Puts a command there that notes its arguments and then runs this body of a CommonJS module. */
  add(name: string, body?: string): void;
  /** Every call so far, as `name argument argument`. */
  calls(): string[];
}

/** A folder of stand-ins for commands that a test cannot run for real. */
export function createFakeCommands(): FakeCommands {
  const path = createTemporaryFolder();
  const log = join(path, "calls.log");
  writeFileSync(log, "");
  return {
    path,
    add(name, body = "") {
      const note = `require("fs").appendFileSync(${JSON.stringify(log)}, [${JSON.stringify(name)}, ...process.argv.slice(2)].join(" ") + "\\n");`;
      writeFileSync(join(path, name), `#!${process.execPath}\n${note}\n${body}\n`, { mode: 0o755 });
    },
    calls: () => readFileSync(log, "utf8").split("\n").slice(0, -1),
  };
}
