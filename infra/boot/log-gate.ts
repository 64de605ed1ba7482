import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import { createHardening, createUnit, withinNetwork } from "./unit.ts";
import type { BootFile } from "./cloud-config.ts";

/** Debian's package of the program that lets logs through to Loki. */
export const logGatePackage = "nginx";

/** Name of its configuration in the monitor's release. */
export const logGateFile = "log-gate.conf";

const path = "/otlp/v1/logs";

/**
 * Loki has no logins: whoever reaches it may read everything and change its settings. nginx, which
 * Loki's own manual names for this, hands on what services push and refuses everything else.
 */
export const logGateConfiguration = `daemon off;
worker_processes 1;
pid /run/tripod-log-gate/nginx.pid;
error_log stderr warn;
events {
  worker_connections 512;
}
http {
  access_log off;
  server_tokens off;
  # As much as Loki takes in one message between its own parts.
  client_max_body_size 4m;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  scgi_temp_path /tmp/scgi;
  uwsgi_temp_path /tmp/uwsgi;
  server {
    listen ${network.monitorAddress}:${endpoints.logs.port};
    location / {
      return 403;
    }
    location = ${path} {
      if ($request_method != POST) {
        return 405;
      }
      # With a path of our own, Loki never sees how the sender spelt it.
      set $args "";
      proxy_pass http://127.0.0.1:${monitoringPorts.loki}${path};
    }
  }
}
`;

/** The unit that runs it, under the name of Debian's own: a security upgrade then restarts ours. */
export function createLogGate(release: string): BootFile {
  return {
    path: "/etc/systemd/system/nginx.service",
    mode: "0644",
    content: createUnit({
      unit: [
        ["Description", "Lets logs through to Loki, and nothing else"],
        ["Wants", "network-online.target"],
        ["After", "network-online.target"],
        ["StartLimitIntervalSec", "0"],
      ],
      service: [
        ["Type", "exec"],
        ["User", "www-data"],
        ["Group", "www-data"],
        ["RuntimeDirectory", "tripod-log-gate"],
        ["ExecStart", `/usr/sbin/nginx -e stderr -c ${release}/${logGateFile}`],
        ["Restart", "always"],
        ["RestartSec", "2"],
        ["KillMode", "mixed"],
        ["MemoryMax", "5%"],
        ...createHardening("none"),
        ...withinNetwork,
      ],
      wantedBy: "multi-user.target",
    }),
  };
}
