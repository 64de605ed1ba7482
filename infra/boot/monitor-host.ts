import { createBootEnvironment, type ReleasedHost } from "./boot-environment.ts";
import { type BootFile, createUserData } from "./cloud-config.ts";
import { createDataVolume } from "./data-volume.ts";
import { createFirstBoot, firstBootCommand } from "./first-boot.ts";
import { grafanaPackages, grafanaRepository } from "./grafana-repository.ts";
import {
  createGrafana,
  createPrometheus,
  exporterLogin,
  type MonitorValues,
  monitorData,
  monitorRelease,
} from "./monitor-units.ts";
import { logGatePackage } from "./log-gate.ts";
import { nodeExporterPackage } from "./node-exporter.ts";
import { releaseFetch } from "./release-fetch.ts";
import { createInstallation, retry } from "./script.ts";
import { createSecretFetch } from "./secret-fetch.ts";
import { applySystemFiles, createSystemFiles } from "./system-files.ts";

export interface MonitorHost extends MonitorValues, ReleasedHost {
  /** Name of the Pulumi stack, by which Prometheus knows its hosts. */
  readonly stack: string;
  /** Secret's name on the host -> name of its SSM parameter. */
  readonly secrets: Readonly<Record<MonitorSecret, string>>;
  /** EBS volume that keeps metrics, traces and logs, such as `vol-0123456789abcdef0`. */
  readonly volumeId: string;
}

export type MonitorSecret = "grafana-password" | "exporter-password";

const debianPackages = [
  "prometheus",
  "prometheus-redis-exporter",
  nodeExporterPackage,
  logGatePackage,
];
const programs = [...debianPackages, "loki", "tempo", "grafana-server"];

/** User data of the monitor: installs what watches the queue, provisions it and keeps it running. */
export function createMonitorUserData(host: MonitorHost): string {
  return createUserData({
    files: createMonitorFiles(host),
    command: firstBootCommand,
  });
}

function createMonitorFiles(host: MonitorHost): BootFile[] {
  return [
    ...createSystemFiles(),
    createBootEnvironment(host, { TRIPOD_STACK: host.stack }),
    ...createDataVolume({
      volumeId: host.volumeId,
      folder: monitorData,
      label: "tripod-monitor",
      keeps: "metrics, traces and logs",
    }),
    ...createSecretFetch(host.secrets),
    releaseFetch,
    ...grafanaRepository,
    createPrometheus(host),
    createGrafana(host),
    exporterLogin,
    ...createFirstBoot(installation),
  ];
}

const installation = `
${retry}
${applySystemFiles}
${createInstallation(["awscli", "curl", "gpg", "unattended-upgrades"])}
/usr/local/sbin/tripod-release
. /etc/tripod/boot.env
cd ${monitorRelease}
sed "s/\\\${AWS_REGION}/$AWS_DEFAULT_REGION/; s/\\\${TRIPOD_STACK}/$TRIPOD_STACK/" prometheus-ec2.yaml > prometheus.yaml
cp --recursive system/. /etc/systemd/system/
systemctl daemon-reload
${createInstallation(debianPackages)}
${createInstallation(Object.keys(grafanaPackages), "/usr/local/sbin/tripod-grafana-repository")}
# Said here and on the console, and no reason to have no monitor: Tempo takes what it only suspects.
verify() { "$@" || echo "tripod: $1 does not take its configuration as it is" | tee /dev/console >&2 || true; }
verify loki -config.file=loki.yaml -verify-config
verify tempo -config.file=tempo.yaml -config.verify
cp loki.yaml /etc/loki/config.yml
cp tempo.yaml /etc/tempo/config.yml
systemctl enable ${programs.join(" ")}
# Packages start their programs at once: those that came before their configuration read it now.
systemctl restart ${programs.join(" ")}
`;
