import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommandLine } from "../../../src/service/command-line.ts";
import { createProductionManifests } from "../manifests.ts";
import { runNpm } from "../npm.ts";

readCommandLine(process, {
  usage: "npm run --silent sbom",
  about: ["Prints what producer and worker consist of, as CycloneDX."],
});
const repository = join(import.meta.dirname, "../../..");

// Prints what producer and worker consist of, as CycloneDX. npm makes it, but from manifests without
// anything of development: asked to leave that out itself, it leaves out what both need, too.
const text = await readFile(join(repository, "package.json"), "utf8");
const lockfile = await readFile(join(repository, "package-lock.json"), "utf8");
const { name, version, license, dependencies, devDependencies } = JSON.parse(text);
const versions: Record<string, string> = { ...devDependencies, ...dependencies };
const manifests = createProductionManifests({
  "package.json": text.replace(/"\$([^"]+)"/g, (_, of: string) => `"${versions[of]}"`),
  "package-lock.json": lockfile,
});

const folder = await mkdtemp(join(tmpdir(), "tripod-sbom-"));
try {
  const manifest = { name, version, license, ...JSON.parse(manifests["package.json"]) };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), manifests["package-lock.json"]);
  const args = [
    "sbom",
    "--sbom-format=cyclonedx",
    "--sbom-type=application",
    "--package-lock-only",
  ];
  const sbom = JSON.parse(await runNpm(args, folder));
  // npm takes the folder's name for the project's.
  sbom.metadata.component.name = name;
  process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true });
}
