/** What a deployer may set for a stack, in the order of tables. */

export interface Setting {
  /**
   * As the stack's file would have it, an object as JSON. Not in `Pulumi.yaml`, whose defaults the
   * engine hands over as if somebody had written them.
   */
  readonly default: string;
  /** A sentence for tables. */
  readonly meaning: string;
}

export const settings = {
  adminCidr: {
    default: "none",
    meaning:
      "Network that may reach SSH and Bull Board, such as 198.51.100.7/32; none keeps both closed.",
  },
  sshPublicKey: {
    default: "none",
    meaning: "Public key that logs in as admin over SSH; none installs no key.",
  },
  egress: {
    default: "public-ip",
    meaning: "How redis and worker reach the internet - public-ip, nat-instance or nat-gateway.",
  },
  monitoring: {
    default: "false",
    meaning: "Whether a fourth host with Prometheus, Grafana, Tempo and Loki watches the others.",
  },
  redisInstanceType: {
    default: "t4g.micro",
    meaning: "EC2 instance type of the broker, which keeps jobs in half of its memory.",
  },
  producerInstanceType: {
    default: "t4g.micro",
    meaning: "EC2 instance type of the producer.",
  },
  workerInstanceType: {
    default: "t4g.micro",
    meaning: "EC2 instance type of each worker, of the producer's processor architecture.",
  },
  monitorInstanceType: {
    default: "t4g.small",
    meaning: "EC2 instance type of the monitor, whose four programs want 2 GiB of memory.",
  },
  workerCount: {
    default: "1",
    meaning: "Number of worker hosts, 0 to 20.",
  },
  workerConcurrency: {
    default: "10",
    meaning:
      "Jobs that a worker host runs at once, 1 to 1000; an isolated one takes 34 MB of its memory.",
  },
  environment: {
    default: "{}",
    meaning: "Further variables of producer and workers, such as MAX_QUEUE_DEPTH or LOG_LEVEL.",
  },
  redisFsync: {
    default: "always",
    meaning:
      "When Redis syncs jobs to disk - always, or everysec, which may lose the last second at a power cut.",
  },
  redisVolumeGiB: {
    default: "8",
    meaning:
      "Size of the broker's data volume, 4 to 1024; at least four times the memory Redis may use.",
  },
  redisVolume: {
    default: "1",
    meaning:
      "Which data volume of the broker it is, 1 to 100; one more makes a further one, and the old ones stay.",
  },
  restoreSnapshot: {
    default: "none",
    meaning:
      "Snapshot that a new volume is made from, such as snap-0123456789abcdef0; refused for one that is there.",
  },
  hourlySnapshots: {
    default: "24",
    meaning: "Hourly snapshots of the broker's data volume that are kept, 0 to 1000; 0 takes none.",
  },
  dailySnapshots: {
    default: "7",
    meaning: "Daily snapshots that are kept, 0 to 1000; 0 takes none.",
  },
  finalSnapshot: {
    default: "true",
    meaning:
      "Whether a destroyed volume of the broker leaves a last snapshot, as the last pulumi up has set it.",
  },
  monitorVolumeGiB: {
    default: "20",
    meaning: "Size of the volume that keeps metrics for 15 days, traces and logs for 7, 8 to 1024.",
  },
  amiId: {
    default: "latest",
    meaning:
      "Debian 13 image of every host, such as ami-0123456789abcdef0; latest asks AWS at a host's creation.",
  },
  refreshAmi: {
    default: "false",
    meaning: "Whether a newer image replaces running hosts; otherwise only new hosts get it.",
  },
  passwordVersion: {
    default: "1",
    meaning: "Raise it to have new passwords made and every host replaced by one that knows them.",
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as readonly SettingName[];
