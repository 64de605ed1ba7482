import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createGrafanaVariables } from "../../../dashboards/stack/grafana.ts";
import {
  createDashboardProvider,
  createDataSources,
  type DataSourcePorts,
} from "../../../dashboards/stack/provisioning.ts";
import type { Watcher } from "./watcher.ts";

const dashboards = resolve(import.meta.dirname, "../../../dashboards");
const packagedHome = "/usr/share/grafana";

/**
 * Grafana with the shipped dashboards and data sources, for this machine alone and therefore without
 * a login: whoever is here may look and explore, and nobody can administer it.
 */
export function createGrafana({
  binary,
  home,
  folder,
  port,
  ports,
  adminPassword,
}: {
  binary: string;
  /** Where its own files are, see `findGrafanaHome`. */
  home: string;
  folder: string;
  port: number;
  /** Of the data sources. */
  ports: DataSourcePorts;
  /** Only the first start with a folder takes it; without one it would be "admin". */
  adminPassword: string;
}): Watcher {
  const provisioning = join(folder, "provisioning");
  const program = findProgram(binary, home);
  const subcommand = basename(program) === "grafana" ? ["server"] : [];
  return {
    name: "grafana",
    command: [program, ...subcommand, "--homepath", home],
    env: {
      ...createGrafanaVariables({
        url: `http://localhost:${port}`,
        listen: { address: "127.0.0.1", port },
        provisioning,
        dashboards,
        adminPassword,
        open: true,
      }),
      GF_PATHS_DATA: folder,
      GF_PATHS_LOGS: join(folder, "logs"),
      GF_PATHS_PLUGINS: join(folder, "plugins"),
    },
    files: {
      [join(provisioning, "datasources/tripod.yaml")]: createDataSources(ports),
      [join(provisioning, "dashboards/tripod.yaml")]: createDashboardProvider(),
    },
  };
}

/** Grafana itself: a package's command on the PATH adds a configuration that only its own user may read. */
function findProgram(binary: string, home: string): string {
  const packaged = join(home, "bin/grafana");
  return existsSync(packaged) ? packaged : binary;
}

/** The folder that holds `conf/defaults.ini`: of an unpacked archive, a prefix such as Homebrew's, or a package. */
export function findGrafanaHome(binary: string): string | undefined {
  const prefix = dirname(dirname(realpathSync(binary)));
  return [prefix, join(prefix, "share/grafana"), packagedHome].find((home) =>
    existsSync(join(home, "conf/defaults.ini")),
  );
}
