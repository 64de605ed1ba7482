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
  return new aws.ebs.Volume(
    name,
    {
      availabilityZone,
      size: redisVolumeGiB,
      type: "gp3",
      encrypted: true,
      finalSnapshot,
      ...(number === redisVolume && restoreSnapshot && { snapshotId: restoreSnapshot }),
      tags: { Name: `tripod-${name}`, [backupTag.key]: backupTag.value },
    },
    {
      protect: true,
      // A further volume is filled when it is made. For the first one that is there already, AWS would
      // need another in its place, which the protection refuses aloud.
      ...(number > 1 && { ignoreChanges: ["snapshotId"] }),
    },
  );
}
