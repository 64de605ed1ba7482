import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { endpoints, network as addresses } from "../src/contract/topology.ts";
import { createMonitorUserData } from "./boot/monitor-host.ts";
import type { ReleaseBucket } from "./release/bucket.ts";
import type { Settings } from "./config.ts";
import { createHost, createProfile } from "./host.ts";
import type { Image } from "./image.ts";
import { loadMonitorRelease } from "./release/monitor.ts";
import type { Network } from "./network.ts";
import { type Secret, createSecret } from "./secrets.ts";

export interface Monitor {
  readonly host: aws.ec2.Instance;
  readonly address: pulumi.Output<string>;
  /** For the administrator's network; the user is `admin`. */
  readonly grafanaUrl: pulumi.Output<string>;
  readonly grafanaPassword: Secret;
  /** What Redis' exporter logs in with. */
  readonly exporterPassword: Secret;
}

/** The host that watches the others, and the volume that keeps what it has seen. */
export async function createMonitor(
  settings: Settings,
  args: {
    readonly region: pulumi.Output<string>;
    readonly network: Network;
    readonly group: aws.ec2.SecurityGroup;
    readonly image: Image;
    readonly key: aws.ec2.KeyPair | undefined;
    readonly bucket: ReleaseBucket;
  },
): Promise<Monitor> {
  const grafanaPassword = createSecret("grafana-password", settings.passwordVersion);
  const exporterPassword = createSecret("exporter-password", settings.passwordVersion);
  const release = args.bucket.store("monitor-release", await loadMonitorRelease());

  const { profile, policy } = createProfile("monitor", [
    { action: "s3:GetObject", resources: [release.arn] },
    {
      action: "ssm:GetParameter",
      resources: [grafanaPassword.parameter.arn, exporterPassword.parameter.arn],
    },
    // Prometheus finds the hosts by it. AWS knows no narrower resource: it either lists or does not.
    { action: "ec2:DescribeInstances", resources: ["*"] },
  ]);
  // Its own, as the producer's: Grafana's address outlives the host.
  const address = new aws.ec2.Eip("monitor", { domain: "vpc", tags: { Name: "tripod-monitor" } });
  const grafanaUrl = pulumi.interpolate`http://${address.publicIp}:${endpoints.grafana.port}`;
  const volume = new aws.ebs.Volume("monitor-data", {
    availabilityZone: args.network.front.availabilityZone,
    size: settings.monitorVolumeGiB,
    type: "gp3",
    encrypted: true,
    tags: { Name: "tripod-monitor-data" },
  });
  const parameters = pulumi.all([grafanaPassword.parameter.name, exporterPassword.parameter.name]);
  const userData = pulumi
    .all([args.region, release.bucket, parameters, volume.id, grafanaUrl])
    .apply(([region, bucket, [grafana, exporter], volumeId, url]) =>
      createMonitorUserData({
        region,
        stack: pulumi.getStack(),
        bucket,
        releaseKey: release.key,
        releaseSha: release.sha,
        secrets: { "grafana-password": grafana, "exporter-password": exporter },
        passwordVersion: settings.passwordVersion,
        volumeId,
        volumeGiB: settings.monitorVolumeGiB,
        grafanaUrl: url,
      }),
    );
  const host = createHost(
    "monitor",
    {
      role: "monitor",
      instanceType: settings.monitorInstanceType,
      image: args.image,
      // Beside the producer: the administrator reaches both from outside.
      subnet: args.network.front,
      group: args.group,
      publicAddress: true,
      privateIp: addresses.monitorAddress,
      profile,
      key: args.key,
      userData,
    },
    // Address and volume belong to one instance at a time.
    { deleteBeforeReplace: true, dependsOn: [policy, release.object] },
  );
  new aws.ec2.VolumeAttachment("monitor-data", {
    instanceId: host.id,
    volumeId: volume.id,
    deviceName: "/dev/sdf",
    stopInstanceBeforeDetaching: true,
  });
  new aws.ec2.EipAssociation("monitor", { allocationId: address.id, instanceId: host.id });
  return { host, address: address.publicIp, grafanaUrl, grafanaPassword, exporterPassword };
}
