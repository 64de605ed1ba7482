import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { network as addresses } from "../src/contract/topology.ts";
import { createBackups } from "./backups.ts";
import { createRedisUserData } from "./boot/redis-host.ts";
import { createBrokerVolume } from "./broker-volume.ts";
import type { Settings } from "./config.ts";
import type { Egress } from "./egress.ts";
import { createHost } from "./host.ts";
import type { Image } from "./image.ts";
import type { Network } from "./network.ts";

/** The broker at its fixed address, and the volume that outlives it. */
export function createRedis(
  settings: Settings,
  args: {
    readonly network: Network;
    readonly egress: Egress;
    readonly group: aws.ec2.SecurityGroup;
    readonly image: Image;
    readonly key: aws.ec2.KeyPair | undefined;
    /** Of each user; `monitor` is `undefined` where nothing watches the broker. */
    readonly passwords: Readonly<Record<"producer" | "worker", pulumi.Output<string>>> & {
      readonly monitor: pulumi.Output<string> | undefined;
    };
  },
): aws.ec2.Instance {
  const volume = createBrokerVolume(settings, args.network.back.availabilityZone);
  createBackups(settings);
  const userData = pulumi
    .all([pulumi.output(args.passwords), volume.id])
    .apply(([{ producer, worker, monitor }, volumeId]) =>
      createRedisUserData({
        passwords: {
          producer: sha256(producer),
          worker: sha256(worker),
          monitor: monitor === undefined ? undefined : sha256(monitor),
        },
        fsync: settings.redisFsync,
        volumeId,
      }),
    );
  const host = createHost(
    "redis",
    {
      role: "redis",
      instanceType: settings.redisInstanceType,
      image: args.image,
      subnet: args.network.back,
      group: args.group,
      publicAddress: args.egress.publicAddresses,
      privateIp: addresses.redisAddress,
      key: args.key,
      userData,
    },
    // Address and volume belong to one instance at a time.
    { deleteBeforeReplace: true, dependsOn: [args.egress.route] },
  );
  new aws.ec2.VolumeAttachment("redis-data", {
    instanceId: host.id,
    volumeId: volume.id,
    deviceName: "/dev/sdf",
    stopInstanceBeforeDetaching: true,
  });
  return host;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
