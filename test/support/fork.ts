import { createHash, randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTaskTypes, taskTypesFile } from "../../src/local/task-types.ts";
import { fixtureTasks } from "./fixture-tasks.ts";
import { repository } from "./pulumi-project.ts";

/** Tasks that only a child process can bear: they block, crash, or look around in it. */
export const isolatedTasks = new URL("./isolated-tasks/", import.meta.url);

/** What services, launcher and Pulumi program are run from. */
const copied = ["src", "infra", "dashboards", "package.json", "package-lock.json", ".npmrc"];
const forks = join(repository, ".tripod/forks");
const keptMs = 24 * 3_600_000;
/** By the further folders: the sources do not change while tests run. */
const known = new Map<string, string>();

/**
 * This project with the fixture tasks, and those of further folders, instead of its own, as
 * somebody's fork has them; returns its folder. It is kept for whoever asks for the same again, so
 * it must not be changed.
 */
export function forkSources(...further: readonly URL[]): string {
  const key = further.join();
  const fork = known.get(key) ?? findFork(further);
  known.set(key, fork);
  return fork;
}

function findFork(further: readonly URL[]): string {
  const files = [...listProject(), ...[fixtureTasks, ...further].flatMap(listTasks)];
  const packages = realpathSync(join(repository, "node_modules"));
  const hash = createHash("sha256").update(packages);
  for (const [path, source] of files) hash.update(`\0${path}\0`).update(readFileSync(source));
  const fork = join(forks, hash.digest("hex").slice(0, 16));
  if (!existsSync(fork)) build(fork, files, packages);
  utimesSync(fork, new Date(), new Date());
  return fork;
}

type Copied = readonly [path: string, source: string];

/** Every file but the tasks. */
function listProject(): Copied[] {
  return globSync(
    copied.flatMap((path) => [path, `${path}/**`]),
    { cwd: repository, withFileTypes: true, exclude: ["src/tasks/**"] },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((source) => [source.slice(repository.length + 1), source]);
}

function listTasks(folder: URL): Copied[] {
  const path = fileURLToPath(folder);
  return readdirSync(path).map((name) => [join("src/tasks", name), join(path, name)]);
}

function build(fork: string, files: readonly Copied[], packages: string): void {
  mkdirSync(forks, { recursive: true });
  for (const name of readdirSync(forks)) {
    const other = join(forks, name);
    const { mtimeMs = 0 } = statSync(other, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < Date.now() - keptMs) rmSync(other, { recursive: true, force: true });
  }
  const draft = `${fork}.${randomUUID()}`;
  for (const [path, source] of files) {
    mkdirSync(dirname(join(draft, path)), { recursive: true });
    cpSync(source, join(draft, path));
  }
  // As whoever adds tasks has them: nothing writes them anew in a fork that must not be changed.
  const tasks = join(draft, "src/tasks");
  writeFileSync(join(tasks, taskTypesFile), createTaskTypes(readdirSync(tasks)));
  symlinkSync(packages, join(draft, "node_modules"));
  // Releases that are built from a fork have the same dependencies, which take minutes to install.
  symlinkSync(realpathSync(join(repository, ".tripod")), join(draft, ".tripod"));
  try {
    renameSync(draft, fork);
  } catch (error) {
    // Another process was as quick.
    rmSync(draft, { recursive: true });
    if (!existsSync(fork)) throw error;
  }
}
