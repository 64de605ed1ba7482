import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCommandLine } from "../../src/service/command-line.ts";
import { programEnvironment } from "../support/program-environment.ts";

const project = join(import.meta.dirname, "../..");
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(project, "package.json"), "utf8"),
);
/** Every program of ours that a script runs, and the services, which systemd runs. */
const programs = [
  ...Object.values(scripts).flatMap(
    (script) => /^(?:exec )?node (\S+\.ts)$/.exec(script)?.[1] ?? [],
  ),
  "src/producer/main.ts",
  "src/worker/main.ts",
];

/** What a program does with arguments before anything else. */
function run(args: readonly string[]) {
  const said: string[] = [];
  const write = (text: string) => said.push(text) > 0;
  class Exit extends Error {}
  const program = {
    argv: ["node", "main.ts", ...args],
    stdout: { write },
    stderr: { write },
    exit(code?: number | string | null): never {
      said.push(`exit ${code}`);
      throw new Exit();
    },
  };
  try {
    const { values, positionals } = readCommandLine(program, {
      usage: "npm run x [-- --seconds N] [FILE]",
      about: ["Does x.", "In y."],
      options: { seconds: { type: "string", default: "3" } },
      maxPositionals: 1,
    });
    return [values.seconds, ...positionals];
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return said;
  }
}

const expected = "expected: npm run x [-- --seconds N] [FILE]\n";

test.each([
  [[], ["3"]],
  [
    ["--seconds", "5", "a"],
    ["5", "a"],
  ],
  [["--help"], ["npm run x [-- --seconds N] [FILE]\n\nDoes x.\nIn y.\n", "exit 0"]],
  [["-h"], ["npm run x [-- --seconds N] [FILE]\n\nDoes x.\nIn y.\n", "exit 0"]],
  [
    ["--second", "5"],
    [`unknown option "--second", ${expected}`, "exit 2"],
  ],
  [["-x"], [`unknown option "-x", ${expected}`, "exit 2"]],
  [["--seconds"], [`option "--seconds <value>" argument missing, ${expected}`, "exit 2"]],
  [
    ["a", "b"],
    [`unexpected argument "b", ${expected}`, "exit 2"],
  ],
])("%j", (args, outcome) => {
  expect(run(args)).toEqual(outcome);
});

test.each(programs)(
  "%s tells what it does, and does nothing for a flag it does not know",
  (path) => {
    const start = (flag: string) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, path), flag], {
        env: programEnvironment,
        encoding: "utf8",
        timeout: 20_000,
      });
      return [status, stdout, stderr];
    };

    expect(start("--help")).toEqual([0, expect.stringMatching(/^(npm|node) .+\n\n/), ""]);
    expect(start("--colour")).toEqual([
      2,
      "",
      expect.stringMatching(/^unknown option "--colour", expected: (npm|node) .+\n$/),
    ]);
  },
);

test("knows the programs", () => {
  expect(programs).toContain("src/local/main.ts");
  expect(programs.length).toBeGreaterThan(9);
});
