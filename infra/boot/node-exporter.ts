import { monitoringPorts } from "../../src/contract/monitoring.ts";
import type { BootFile } from "./cloud-config.ts";
import { createDropIn, createHardening, withinNetwork } from "./unit.ts";

export const nodeExporterPackage = "prometheus-node-exporter";

/** Settings of Debian's exporter of memory, disks and processors, which listens on the address. */
export function createNodeExporter(address: string): BootFile {
  const listen = `--web.listen-address=${address}:${monitoringPorts.nodeExporter}`;
  return createDropIn("prometheus-node-exporter", {
    unit: [["StartLimitIntervalSec", "0"]],
    service: [
      ["User", "prometheus"],
      ["ExecStart", ""],
      ["ExecStart", `/usr/bin/prometheus-node-exporter ${listen}`],
      ["Restart", "always"],
      ["RestartSec", "2"],
      ["MemoryMax", "10%"],
      ...createHardening("none", ["host", "interfaces"]),
      ...withinNetwork,
    ],
  });
}
