import { readCommandLine } from "../../src/service/command-line.ts";
import { openCopy } from "./copy.ts";
import { judge } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { mutate } from "./mutate.ts";

// Makes each known mistake in a copy of the tree and runs the test that has to notice it, which has
// to pass without it. Exits with 1 unless every mutant is caught.

readCommandLine(process, {
  usage: "npm run test:mutants",
  about: ["Makes known mistakes in a copy of the tree and sees that a test notices each."],
});

async function isCaught(mutant: Mutant): Promise<boolean> {
  const copy = await openCopy();
  try {
    const sound = await judge(copy.path, mutant);
    await mutate(copy.path, mutant);
    const verdict = await judge(copy.path, mutant);
    const caught = sound === "passed" && verdict === "failed";
    const { file, test } = mutant.caughtBy;
    console.log(`${caught ? "caught" : "MISSED"}  ${mutant.name}\n        by ${file}: ${test}`);
    if (!caught) console.log(`        (without the mistake: ${sound}, with it: ${verdict})`);
    return caught;
  } finally {
    await copy.close();
  }
}

let caught = 0;
for (const mutant of mutants) {
  if (await isCaught(mutant)) caught += 1;
}
console.log(`\n${caught} of ${mutants.length} mutants were caught.`);
process.exitCode = caught === mutants.length ? 0 : 1;
