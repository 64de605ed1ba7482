import type { BootFile } from "./cloud-config.ts";
import { createScript } from "./script.ts";
import { createUnit } from "./unit.ts";

export interface DataVolume {
  /** EBS volume, such as `vol-0123456789abcdef0`. */
  readonly volumeId: string;
  /** Where it is mounted. */
  readonly folder: string;
  /** Label of its file system, 16 characters at most. */
  readonly label: string;
  /** What is on it, such as `jobs`. */
  readonly keeps: string;
}

/** The unit `tripod-data` and its program, which mount a volume that outlives the host. */
export function createDataVolume(volume: DataVolume): BootFile[] {
  return [
    {
      path: "/etc/systemd/system/tripod-data.service",
      mode: "0644",
      content: createDataUnit(volume),
    },
    { path: "/usr/local/sbin/tripod-data", mode: "0755", content: createDataScript(volume) },
  ];
}

function createDataUnit({ folder, keeps }: DataVolume): string {
  return createUnit({
    unit: [
      ["Description", `Volume that keeps Tripod's ${keeps}`],
      ["StartLimitIntervalSec", "0"],
    ],
    service: [
      ["Type", "oneshot"],
      ["RemainAfterExit", "yes"],
      ["TimeoutStartSec", "infinity"],
      ["ExecStart", "/usr/local/sbin/tripod-data"],
      ["ExecStop", `umount ${folder}`],
      // What needs the volume goes on waiting while this one tries again.
      ["Restart", "on-failure"],
      ["RestartMode", "direct"],
      ["RestartSec", "5"],
    ],
  });
}

/** Nitro instances name a volume by its id, whatever device it was attached as. */
function dataDevice(volumeId: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}

function createDataScript({ volumeId, folder, label, keeps }: DataVolume): string {
  return createScript(`
device=${dataDevice(volumeId)}
if mountpoint --quiet ${folder}; then exit 0; fi
# AWS attaches the volume some seconds after the host has started, or once somebody has detached it elsewhere.
for ((waited = 0; ; waited++)); do
  if [ -b "$device" ]; then break; fi
  if ((waited % 60 == 30)); then echo "tripod: still waiting for ${volumeId}, after $waited s" >&2; fi
  sleep 1
done
# Only a volume that was never written to is formatted: anything else may be ${keeps}.
if cmp --silent --bytes=16777216 "$device" /dev/zero; then mkfs.ext4 -q -L ${label} "$device"; fi
mkdir --parents ${folder}
mount -o noatime,nodev,nosuid,noexec "$device" ${folder}
resize2fs "$device"
`);
}
