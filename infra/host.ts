import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { hostTags } from "../src/contract/monitoring.ts";
import { architectureOf } from "./config.ts";
import type { Image } from "./image.ts";

export interface HostArgs {
  readonly role: string;
  readonly instanceType: string;
  readonly image: Image;
  readonly subnet: aws.ec2.Subnet;
  readonly group: aws.ec2.SecurityGroup;
  readonly publicAddress: boolean;
  readonly privateIp?: string;
  readonly sourceDestCheck?: boolean;
  readonly profile?: aws.iam.InstanceProfile;
  readonly key: aws.ec2.KeyPair | undefined;
  readonly userData: pulumi.Input<string>;
}

/** An EC2 instance as all of ours are; another user data replaces it. */
export function createHost(
  name: string,
  args: HostArgs,
  options: pulumi.CustomResourceOptions = {},
): aws.ec2.Instance {
  return new aws.ec2.Instance(
    name,
    {
      ami: args.image.for(args.instanceType),
      instanceType: args.instanceType,
      subnetId: args.subnet.id,
      vpcSecurityGroupIds: [args.group.id],
      associatePublicIpAddress: args.publicAddress,
      privateIp: args.privateIp,
      sourceDestCheck: args.sourceDestCheck ?? true,
      iamInstanceProfile: args.profile?.name,
      keyName: args.key?.keyName,
      userData: args.userData,
      userDataReplaceOnChange: true,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: 8,
        tags: { Name: `tripod-${name}-root` },
      },
      // A busy host slows down instead of billing for processor time beyond its credits.
      creditSpecification: /^t\d/.test(args.instanceType) ? { cpuCredits: "standard" } : undefined,
      tags: {
        Name: `tripod-${name}`,
        [hostTags.role]: args.role,
        [hostTags.stack]: pulumi.getStack(),
      },
    },
    {
      ...options,
      ignoreChanges: args.image.replacesHosts ? [] : ["ami"],
      // No image boots on two architectures. A replacement takes the new image, ignored or not.
      replacementTrigger: architectureOf(args.instanceType),
    },
  );
}

/** The identity of a host, allowed to do exactly these things. */
export function createProfile(
  name: string,
  allowed: readonly { readonly action: string; readonly resources: pulumi.Input<string>[] }[],
): { profile: aws.iam.InstanceProfile; policy: aws.iam.RolePolicy } {
  const role = new aws.iam.Role(name, {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
    tags: { Name: `tripod-${name}` },
  });
  const policy = new aws.iam.RolePolicy(name, {
    role: role.name,
    policy: {
      Version: "2012-10-17",
      Statement: allowed.map(({ action, resources }) => ({
        Effect: "Allow" as const,
        Action: [action],
        Resource: resources,
      })),
    },
  });
  const profile = new aws.iam.InstanceProfile(name, {
    role: role.name,
    tags: { Name: `tripod-${name}` },
  });
  return { profile, policy };
}
