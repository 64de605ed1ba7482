import { endpoints, network } from "../../src/contract/topology.ts";
import { createAppendFileCheck } from "./append-file.ts";
import { type BootFile, createUserData } from "./cloud-config.ts";
import { createDataVolume } from "./data-volume.ts";
import { createFirstBoot, firstBootCommand } from "./first-boot.ts";
import { createNodeExporter, nodeExporterPackage } from "./node-exporter.ts";
import { createUsers, type UserPasswords } from "./redis-users.ts";
import { createInstallation, createScript, retry } from "./script.ts";
import { applySystemFiles, createSystemFiles } from "./system-files.ts";
import { createHardening, createUnit, withinNetwork } from "./unit.ts";

export interface RedisHost {
  /** Who may log in; `monitor` only where something watches the host. */
  readonly passwords: UserPasswords;
  readonly fsync: "always" | "everysec";
  /** EBS volume that keeps the jobs, such as `vol-0123456789abcdef0`. */
  readonly volumeId: string;
}

const dataFolder = "/var/lib/redis";
const memoryFile = "/run/redis/memory.conf";
const appendFileCheck = createAppendFileCheck(dataFolder);
const aclFile = "/etc/tripod/users.acl";

/** User data of the broker: installs Redis, mounts its volume, and keeps it running. */
export function createRedisUserData(host: RedisHost): string {
  return createUserData({
    files: createRedisFiles(host),
    command: firstBootCommand,
  });
}

function createRedisFiles(host: RedisHost): BootFile[] {
  return [
    // A child of Redis copies the memory it rewrites from: the kernel must promise it beforehand.
    ...createSystemFiles({ "vm.overcommit_memory": 1 }),
    { path: "/etc/tripod/redis.conf", mode: "0644", content: createRedisConfiguration(host) },
    {
      path: aclFile,
      mode: "0600",
      // Nobody can log in as `default`, but Redis replays its append-only file in that name: without
      // these rights it drops every transaction there, and with them the jobs.
      content: ["default off ~* &* +@all", ...createUsers(host.passwords)]
        .map((user) => `user ${user}\n`)
        .join(""),
    },
    { path: "/etc/systemd/system/redis-server.service", mode: "0644", content: redisUnit },
    ...createDataVolume({
      volumeId: host.volumeId,
      folder: dataFolder,
      label: "tripod-redis",
      keeps: "jobs",
    }),
    { path: "/usr/local/sbin/tripod-redis-memory", mode: "0755", content: memoryScript },
    appendFileCheck,
    ...(host.passwords.monitor === undefined ? [] : [createNodeExporter(network.redisAddress)]),
    ...createFirstBoot(createInstallationLines(host)),
  ];
}

function createRedisConfiguration({ fsync }: RedisHost): string {
  return `bind ${network.redisAddress} 127.0.0.1
port ${endpoints.redis.port}
protected-mode yes
aclfile /run/credentials/redis-server.service/users.acl
supervised systemd
logfile ""
dir ${dataFolder}
save ""
appendonly yes
appendfsync ${fsync}
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 64mb
maxmemory-policy noeviction
include ${memoryFile}
tcp-keepalive 60
`;
}

// The name of Debian's own unit, which this one hides: a security upgrade then restarts ours.
const redisUnit = createUnit({
  unit: [
    ["Description", "Tripod's broker"],
    ["Wants", "network-online.target"],
    ["After", "network-online.target tripod-data.service"],
    ["Requires", "tripod-data.service"],
    ["StartLimitIntervalSec", "0"],
  ],
  service: [
    ["Type", "notify"],
    ["User", "redis"],
    ["Group", "redis"],
    ["RuntimeDirectory", "redis"],
    // systemd gives the volume's files to the user, whose number another host may have chosen.
    ["StateDirectory", "redis"],
    ["StateDirectoryMode", "0750"],
    ["LoadCredential", `users.acl:${aclFile}`],
    ["ExecStartPre", "+/usr/local/sbin/tripod-redis-memory"],
    ["ExecStartPre", appendFileCheck.path],
    ["ExecStart", "/usr/bin/redis-server /etc/tripod/redis.conf"],
    ["Restart", "always"],
    ["RestartSec", "1"],
    ["TimeoutStartSec", "infinity"],
    ["TimeoutStopSec", "60"],
    ["LimitNOFILE", "65536"],
    ["OOMScoreAdjust", "-900"],
    ...createHardening("none"),
    // The host must reach Debian's mirrors; whoever gets into Redis need not reach anything.
    ...withinNetwork,
  ],
  wantedBy: "multi-user.target",
});

// Half of the memory, for a child that rewrites the append-only file may need the other half.
const memoryScript = createScript(`
awk '/^MemTotal:/ { printf "maxmemory %dkb\\n", $2 / 2 }' /proc/meminfo > ${memoryFile}
chmod 0644 ${memoryFile}
`);

function createInstallationLines({ passwords }: RedisHost): string {
  const exporter = passwords.monitor === undefined ? [] : [nodeExporterPackage];
  return `${retry}
${applySystemFiles}
${createInstallation(["redis-server", ...exporter, "unattended-upgrades"])}
systemctl enable --now redis-server`;
}
