import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import type { Lab } from "./lab.ts";

/**
 * Programs that no Debian mirror has, as their packages' units, users and configuration files lay
 * them out; each only listens where ours tells it to, and answers whatever it is asked. They show that the
 * host starts them, within the bounds of our settings, and what reaches them; not that they
 * understand their configuration.
 */
const programs = [
  { name: "grafana", unit: "grafana-server", listen: ["0.0.0.0", endpoints.grafana.port] },
  { name: "loki", unit: "loki", listen: ["127.0.0.1", monitoringPorts.loki] },
  { name: "tempo", unit: "tempo", listen: [network.monitorAddress, endpoints.traces.port] },
] as const;

/** A program that answers every request with its method and path, at the address and port given. */
export const answering = `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from sys import argv
class Handler(BaseHTTPRequestHandler):
    def do(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = f"{self.command} {self.path}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = do_DELETE = do
ThreadingHTTPServer((argv[1], int(argv[2])), Handler).serve_forever()
`;

/** Puts the stand-ins on a host's disk, as if apt had installed their packages. */
export async function installStandIns(lab: Lab, disk: string): Promise<void> {
  const run = (script: string, input: string) => lab.run(["sh", "-c", script], { input });
  for (const { name, unit, listen } of programs) {
    const [address, port] = listen;
    await lab.run(["chroot", disk, "useradd", "--system", name]);
    await lab.run(["mkdir", "-p", `${disk}/etc/${name}`]);
    await run(`cat > ${disk}/etc/${name}/stand-in.py`, answering);
    await run(
      `cat >> ${disk}/var/lib/dpkg/status`,
      `Package: ${name}\nStatus: install ok installed\nMaintainer: Tripod\nArchitecture: all\nVersion: 0\nDescription: stand-in\n\n`,
    );
    await run(
      `cat > ${disk}/etc/systemd/system/${unit}.service`,
      `[Service]
ExecStart=/usr/bin/python3 /etc/${name}/stand-in.py ${address} ${port}

[Install]
WantedBy=multi-user.target
`,
    );
  }
}
