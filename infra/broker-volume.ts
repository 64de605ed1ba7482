import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./config.ts";

/** The tag by which snapshots are taken, of one stack's volumes alone. */
export const backupTag = {
  key: "TripodBackup",
  value: `${pulumi.getProject()}/${pulumi.getStack()}`,
};

/** What of the settings is about volumes. */
type VolumeSettings = Pick<
  Settings,
  "redisVolume" | "redisVolumeGiB" | "restoreSnapshot" | "finalSnapshot"
>;

/**
 * The volume that the broker keeps its jobs on, the last of those that it has had: the others stay as
 * they are, so that a restore that was none can be taken back.
 */
export function createBrokerVolume(
  settings: VolumeSettings,
  availabilityZone: pulumi.Output<string>,
): aws.ebs.Volume {
  const create = (number: number) => createVolume(number, settings, availabilityZone);
  for (let number = 1; number < settings.redisVolume; number += 1) create(number);
  return create(settings.redisVolume);
}

function createVolume(
  number: number,
  { redisVolume, redisVolumeGiB, restoreSnapshot, finalSnapshot }: VolumeSettings,
  availabilityZone: pulumi.Output<string>,
): aws.ebs.Volume {
  const name = number === 1 ? "redis-data" : `redis-data-${number}`;
  const isLast = number === redisVolume;
  const snapshotId = isLast ? restoreSnapshot : undefined;
  return new aws.ebs.Volume(
    name,
    {
      availabilityZone,
      size: redisVolumeGiB,
      type: "gp3",
      encrypted: true,
      finalSnapshot,
      ...(snapshotId !== undefined && { snapshotId }),
      tags: { Name: `tripod-${name}`, [backupTag.key]: backupTag.value },
    },
    {
      protect: true,
      // What a volume was made of stays true when it is not named any more. Another snapshot for one
      // that is there would replace it, which the protection refuses.
      ignoreChanges: [
        ...(snapshotId === undefined ? ["snapshotId"] : []),
        ...(isLast ? [] : ["size"]),
      ],
      // AWS takes hours for the last snapshot of a large volume that had none.
      customTimeouts: { delete: "4h" },
    },
  );
}
