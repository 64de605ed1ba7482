import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StoredRelease } from "./release/bucket.ts";
import { createServiceUserData } from "./boot/service-host.ts";
import type { Settings } from "./config.ts";
import type { Egress } from "./egress.ts";
import { selectEnvironment } from "./environment.ts";
import { createHost, createProfile } from "./host.ts";
import type { Image } from "./image.ts";
import type { Network } from "./network.ts";
import type { Secret } from "./secrets.ts";

interface ServiceArgs {
  readonly region: pulumi.Output<string>;
  readonly network: Network;
  readonly egress: Egress;
  readonly group: aws.ec2.SecurityGroup;
  readonly image: Image;
  readonly key: aws.ec2.KeyPair | undefined;
  readonly release: StoredRelease;
  /** Name on the host -> secret. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Variables that depend on what AWS answers. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The one producer, in the subnet that the internet reaches. */
export function createProducer(settings: Settings, args: ServiceArgs): aws.ec2.Instance {
  const { profile, policy } = createIdentity("producer", args);
  return createHost(
    "producer",
    {
      role: "producer",
      instanceType: settings.producerInstanceType,
      image: args.image,
      subnet: args.network.front,
      group: args.group,
      publicAddress: true,
      profile,
      key: args.key,
      userData: createServiceBoot("producer", settings, args),
    },
    { dependsOn: [policy, args.release.object] },
  );
}

/** The workers, as many as the stack wants. */
export function createWorkers(settings: Settings, args: ServiceArgs): aws.ec2.Instance[] {
  if (settings.workerCount === 0) return [];
  const { profile, policy } = createIdentity("worker", args);
  const userData = createServiceBoot("worker", settings, args);
  return Array.from({ length: settings.workerCount }, (_, index) =>
    createHost(
      `worker-${index + 1}`,
      {
        role: "worker",
        instanceType: settings.workerInstanceType,
        image: args.image,
        subnet: args.network.back,
        group: args.group,
        publicAddress: args.egress.publicAddresses,
        profile,
        key: args.key,
        userData,
      },
      { dependsOn: [policy, args.release.object, args.egress.route] },
    ),
  );
}

/** A role that reads this release and the service's own secrets, and nothing else. */
function createIdentity(name: string, { release, secrets }: ServiceArgs) {
  return createProfile(name, [
    { action: "s3:GetObject", resources: [release.arn] },
    {
      action: "ssm:GetParameter",
      resources: Object.values(secrets).map(({ parameter }) => parameter.arn),
    },
  ]);
}

function createServiceBoot(
  service: "producer" | "worker",
  settings: Settings,
  { region, release, secrets, environment = {} }: ServiceArgs,
): pulumi.Output<string> {
  const parameters = pulumi.output(
    Object.fromEntries(
      Object.entries(secrets).map(([name, { parameter }]) => [name, parameter.name] as const),
    ),
  );
  return pulumi
    .all([region, release.bucket, parameters, pulumi.output(environment)])
    .apply(([regionName, bucket, parameterNames, variables]) =>
      createServiceUserData({
        service,
        region: regionName,
        bucket,
        releaseKey: release.key,
        releaseSha: release.sha,
        secrets: parameterNames,
        passwordVersion: settings.passwordVersion,
        concurrency: settings.workerConcurrency,
        monitored: settings.monitoring,
        environment: { ...selectEnvironment(settings.environment, service), ...variables },
      }),
    );
}
