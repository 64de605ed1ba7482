const benchmarks = ["isolation", "telemetry"];

const [name = ""] = process.argv.slice(2);
if (!benchmarks.includes(name)) {
  process.stderr.write(`no benchmark "${name}", expected one of: ${benchmarks.join(", ")}\n`);
  process.exit(1);
}
await import(`./${name}.ts`);
