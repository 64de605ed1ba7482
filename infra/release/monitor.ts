import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import { logGateConfiguration, logGateFile } from "../boot/log-gate.ts";
import { lokiConfiguration, tempoConfiguration } from "../boot/monitor-stores.ts";
import { commonUnits, grafanaEnvironment, grafanaFile } from "../boot/monitor-units.ts";
import { exists } from "./dependencies.ts";
import { loadFiles } from "./files.ts";
import type { Release } from "./build.ts";
import { type ArchiveFile, createTarEntry, tarEnd } from "./tar.ts";

const repository = join(import.meta.dirname, "../..");

/**
 * Builds what the monitor host is provisioned with: Prometheus' configuration and alerts, Grafana's
 * data sources, dashboards and settings, the configurations of Loki, Tempo and the log gate, and systemd
 * units. Equal inputs make equal releases.
 */
export async function loadMonitorRelease(cache = join(repository, ".tripod")): Promise<Release> {
  const files = await loadFiles(repository, "dashboards");
  const provisioned = files
    .filter(({ path }) => /\.(json|yaml)$/.test(path) && !path.endsWith("-local.yaml"))
    .map(({ path, content }) => ({
      path: path.replace("dashboards/", ""),
      executable: false,
      content,
    }));
  const entries = [
    ...provisioned,
    yaml("loki.yaml", lokiConfiguration),
    yaml("tempo.yaml", tempoConfiguration),
    file(logGateFile, logGateConfiguration),
    file(grafanaFile, grafanaEnvironment),
    ...commonUnits.map(({ path, content }) =>
      file(path.replace("/etc/systemd/system/", "system/"), content),
    ),
  ];
  const tar = Buffer.concat([...entries.map(createTarEntry), tarEnd]);
  const sha = createHash("sha256").update(tar).digest("hex");

  const folder = join(cache, "releases");
  const archive = join(folder, `${sha}.tar.gz`);
  if (!(await exists(archive))) {
    await mkdir(folder, { recursive: true });
    const draft = `${archive}.${process.pid}`;
    await writeFile(draft, gzipSync(tar));
    await rename(draft, archive);
  }
  return { sha, file: archive };
}

function yaml(path: string, content: unknown): ArchiveFile {
  return file(path, stringify(content));
}

function file(path: string, text: string): ArchiveFile {
  return { path, executable: false, content: Buffer.from(text) };
}
