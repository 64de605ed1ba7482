import { network, services } from "../../src/contract/topology.ts";
import { type BootFile, createUserData } from "./cloud-config.ts";
import { redisUser } from "./redis-host.ts";
import { createInstallation, createScript, retry } from "./script.ts";
import { applySystemFiles, createSystemFiles } from "./system-files.ts";
import { createHardening, createUnit } from "./unit.ts";

export interface ServiceHost {
  readonly service: "producer" | "worker";
  readonly region: string;
  readonly bucket: string;
  readonly releaseKey: string;
  /** SHA-256 of the unpacked tar archive, in hexadecimal. */
  readonly releaseSha: string;
  /** Secret's name on the host -> name of its SSM parameter. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Raised to have hosts replaced that hold an old password. */
  readonly passwordVersion: number;
  readonly concurrency: number;
  /** Further variables of the service's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** User data of a producer or worker: fetches and verifies the release, and keeps it running. */
export function createServiceUserData(host: ServiceHost): string {
  return createUserData({
    user: "tripod",
    files: createServiceFiles(host),
    command: "/usr/local/sbin/tripod-boot",
  });
}

function createServiceFiles(host: ServiceHost): BootFile[] {
  return [
    ...createSystemFiles(),
    {
      path: "/etc/tripod/boot.env",
      mode: "0644",
      content: assignments({
        AWS_DEFAULT_REGION: host.region,
        RELEASE_BUCKET: host.bucket,
        RELEASE_KEY: host.releaseKey,
        RELEASE_SHA: host.releaseSha,
        PASSWORD_VERSION: String(host.passwordVersion),
      }),
    },
    {
      path: "/etc/tripod/service.env",
      mode: "0644",
      content: assignments(createEnvironment(host)),
    },
    {
      path: `/etc/systemd/system/tripod-${host.service}.service`,
      mode: "0644",
      content: createServiceUnit(host),
    },
    { path: "/etc/systemd/system/tripod-secrets.service", mode: "0644", content: secretsUnit },
    {
      path: "/usr/local/sbin/tripod-secrets",
      mode: "0755",
      content: createSecretsScript(host.secrets),
    },
    { path: "/usr/local/sbin/tripod-release", mode: "0755", content: releaseScript },
    {
      path: "/usr/local/sbin/tripod-boot",
      mode: "0755",
      content: createScript(`
${retry}
${applySystemFiles}
${createInstallation(["awscli", "unattended-upgrades"])}
/usr/local/sbin/tripod-release
systemctl enable --now tripod-${host.service}
`),
    },
  ];
}

function createEnvironment({ releaseSha, concurrency, environment }: ServiceHost) {
  return {
    REDIS_URL: `redis://${redisUser}@${network.redisAddress}:${services.redis.port}`,
    LISTEN_ADDRESS: "0.0.0.0",
    PUBLIC_PORT: String(services.public.port),
    BOARD_PORT: String(services.board.port),
    PRODUCER_METRICS_PORT: String(services["producer-metrics"].port),
    WORKER_METRICS_PORT: String(services["worker-metrics"].port),
    WORKER_CONCURRENCY: String(concurrency),
    RELEASE_SHA: releaseSha,
    ...environment,
  };
}

function assignments(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function createServiceUnit({ service, secrets }: ServiceHost): string {
  return createUnit({
    unit: [
      ["Description", `Tripod's ${service}`],
      ["Wants", "network-online.target"],
      ["After", "network-online.target tripod-secrets.service"],
      ["Requires", "tripod-secrets.service"],
      ["StartLimitIntervalSec", "0"],
    ],
    service: [
      ["Type", "exec"],
      ["User", "tripod"],
      ["Group", "tripod"],
      ["WorkingDirectory", "/opt/tripod/current"],
      ["EnvironmentFile", "/etc/tripod/service.env"],
      ...Object.keys(secrets).flatMap((name) => [
        ["LoadCredential", `${name}:/run/tripod/${name}`] as const,
        ["Environment", `${name.replaceAll("-", "_").toUpperCase()}_FILE=%d/${name}`] as const,
      ]),
      ["ExecStart", `/opt/tripod/current/node src/${service}/main.ts`],
      ["Restart", "always"],
      ["RestartSec", "2"],
      ["KillMode", "mixed"],
      // The service gives up its drain after 55 s by itself.
      ["TimeoutStopSec", "60"],
      ["LimitNOFILE", "65536"],
      ["MemoryMax", "75%"],
      // Memory that runs out ends an isolated task's process, which the worker answers for.
      ["OOMPolicy", "continue"],
      ["TasksMax", "512"],
      ...createHardening(service === "producer" ? "CAP_NET_BIND_SERVICE" : "none"),
    ],
    wantedBy: "multi-user.target",
  });
}

const secretsUnit = createUnit({
  unit: [
    ["Description", "Tripod's secrets, from AWS into memory"],
    ["Wants", "network-online.target"],
    ["After", "network-online.target"],
    ["StartLimitIntervalSec", "0"],
  ],
  service: [
    ["Type", "oneshot"],
    ["RemainAfterExit", "yes"],
    ["TimeoutStartSec", "infinity"],
    ["RuntimeDirectory", "tripod"],
    ["RuntimeDirectoryMode", "0700"],
    ["RuntimeDirectoryPreserve", "yes"],
    ["UMask", "0077"],
    ["ExecStart", "/usr/local/sbin/tripod-secrets"],
    // The service that waits for the secrets goes on waiting while this one tries again.
    ["Restart", "on-failure"],
    ["RestartMode", "direct"],
    ["RestartSec", "5"],
  ],
});

function createSecretsScript(secrets: Readonly<Record<string, string>>): string {
  const fetches = Object.entries(secrets).map(([name, parameter]) => `fetch ${name} ${parameter}`);
  return createScript(`
set -a; . /etc/tripod/boot.env; set +a
umask 077
fetch() {
  aws ssm get-parameter --name "$2" --with-decryption --query Parameter.Value --output text |
    tr --delete '\\n' > "/run/tripod/$1.new"
  mv "/run/tripod/$1.new" "/run/tripod/$1"
}
${fetches.join("\n")}
`);
}

/** Unpacks beside the running release and switches by one rename, after the checksum has matched. */
const releaseScript = createScript(`
set -a; . /etc/tripod/boot.env; set +a
${retry}
releases=/opt/tripod/releases
release=$releases/$RELEASE_SHA
mkdir --parents "$releases"
if [ ! -d "$release" ]; then
  work=$(mktemp --directory /opt/tripod/fetch.XXXXXX)
  retry aws s3api get-object --bucket "$RELEASE_BUCKET" --key "$RELEASE_KEY" "$work/tar.gz" > "$work/answer"
  gzip --decompress --stdout "$work/tar.gz" > "$work/tar"
  echo "$RELEASE_SHA  $work/tar" | sha256sum --check --quiet
  mkdir "$work/release"
  tar --extract --no-same-owner --file "$work/tar" --directory "$work/release"
  mv --no-target-directory "$work/release" "$release"
  rm --recursive --force "$work"
fi
ln --symbolic --force --no-dereference "$release" /opt/tripod/next
mv --no-target-directory /opt/tripod/next /opt/tripod/current
`);
