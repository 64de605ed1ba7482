import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import type { Lab } from "./lab.ts";

/**
 * Programs that no Debian mirror has, as their packages' units, users and configuration files lay
 * them out; each only listens where ours tells it to. They show that the host starts them, within
 * the bounds of our settings, and not that they understand their configuration.
 */
const programs = [
  { name: "grafana", unit: "grafana-server", listen: ["0.0.0.0", endpoints.grafana.port] },
  { name: "loki", unit: "loki", listen: ["0.0.0.0", monitoringPorts.loki] },
  { name: "tempo", unit: "tempo", listen: [network.monitorAddress, endpoints.traces.port] },
] as const;

/** Puts the stand-ins on a host's disk, as if apt had installed their packages. */
export async function installStandIns(lab: Lab, disk: string): Promise<void> {
  const run = (script: string, input: string) => lab.run(["sh", "-c", script], { input });
  for (const { name, unit, listen } of programs) {
    const [address, port] = listen;
    await lab.run(["chroot", disk, "useradd", "--system", name]);
    await lab.run(["mkdir", "-p", `${disk}/etc/${name}`]);
    await run(
      `cat >> ${disk}/var/lib/dpkg/status`,
      `Package: ${name}\nStatus: install ok installed\nMaintainer: Tripod\nArchitecture: all\nVersion: 0\nDescription: stand-in\n\n`,
    );
    await run(
      `cat > ${disk}/etc/systemd/system/${unit}.service`,
      `[Service]
ExecStart=/usr/bin/python3 -m http.server --bind ${address} --directory /etc/${name} ${port}

[Install]
WantedBy=multi-user.target
`,
    );
  }
}
