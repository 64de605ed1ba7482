import { readCommandLine } from "../../src/service/command-line.ts";

const benchmarks = ["isolation", "telemetry"];
const usage = `npm run bench ${benchmarks.join("|")}`;

const { positionals } = readCommandLine(process, {
  usage,
  about: ["Measures what isolation, or telemetry, costs."],
  maxPositionals: 1,
});
const [name = ""] = positionals;
if (!benchmarks.includes(name)) {
  process.stderr.write(`no benchmark "${name}", expected: ${usage}\n`);
  process.exit(2);
}
await import(`./${name}.ts`);
