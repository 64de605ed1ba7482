import type { Aws } from "./aws.ts";
import type { Instance } from "./kinds/hosts.ts";

/** What an account may be billed for, or be surprised by: each service's listings and what they list. */
const listings = [
  ["ec2", "DescribeVpcs", "Vpcs"],
  ["ec2", "DescribeSubnets", "Subnets"],
  ["ec2", "DescribeInternetGateways", "InternetGateways"],
  ["ec2", "DescribeRouteTables", "RouteTables"],
  ["ec2", "DescribeVpcEndpoints", "VpcEndpoints"],
  ["ec2", "DescribeNatGateways", "NatGateways"],
  ["ec2", "DescribeSecurityGroups", "SecurityGroups"],
  ["ec2", "DescribeSecurityGroupRules", "SecurityGroupRules"],
  ["ec2", "DescribeNetworkInterfaces", "NetworkInterfaces"],
  ["ec2", "DescribeAddresses", "Addresses"],
  ["ec2", "DescribeKeyPairs", "KeyPairs"],
  ["ec2", "DescribeVolumes", "Volumes"],
  ["dlm", "GetLifecyclePolicies", "Policies"],
  ["iam", "ListRoles", "Roles"],
  ["iam", "ListInstanceProfiles", "InstanceProfiles"],
  ["s3", "ListBuckets", "Buckets"],
  ["ssm", "DescribeParameters", "Parameters"],
] as const;

interface Snapshot {
  readonly SnapshotId: string;
  readonly VolumeId: string;
}

/** The snapshots of a stack's volumes, by the tag that its documents name. */
export async function listBackups(aws: Aws, stack: string): Promise<readonly Snapshot[]> {
  const { Snapshots } = await aws<{ Snapshots: Snapshot[] }>("ec2", "DescribeSnapshots", {
    OwnerIds: ["self"],
    Filters: [{ Name: "tag:TripodBackup", Values: [stack] }],
  });
  return Snapshots;
}

/** Everything in the account but what AWS goes on listing for a while as deleted. */
export async function listEverything(aws: Aws): Promise<Record<string, unknown>> {
  const everything: Record<string, unknown> = { hosts: await listHosts(aws) };
  for (const [service, operation, key] of listings) {
    const answer = await aws<Record<string, { State?: unknown }[]>>(service, operation, {});
    everything[key] = (answer[key] ?? []).filter(({ State }) => State !== "deleted");
  }
  return everything;
}

export interface RunningHost {
  readonly id: string;
  readonly type: string;
  readonly image: string;
  readonly state: string;
  readonly privateIp: string;
}

/** The hosts that are not terminated, by their names without the project's; throws where two share one. */
export async function listHosts(aws: Aws): Promise<Record<string, RunningHost>> {
  const { Reservations } = await aws<{ Reservations: { Instances: Instance[] }[] }>(
    "ec2",
    "DescribeInstances",
    {},
  );
  const hosts: Record<string, RunningHost> = {};
  for (const instance of Reservations.flatMap(({ Instances }) => Instances)) {
    const state = instance.State.Name;
    if (state === "terminated") continue;
    const tag = instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "";
    const name = tag.replace("tripod-", "");
    if (name in hosts) throw new Error(`two hosts are named "${name}"`);
    hosts[name] = {
      id: instance.InstanceId,
      type: instance.InstanceType,
      image: instance.ImageId,
      state,
      privateIp: instance.PrivateIpAddress,
    };
  }
  return hosts;
}

/** Names of the hosts, of two listings, that are the same instance in both. */
export function keptHosts(
  before: Readonly<Record<string, RunningHost>>,
  after: Readonly<Record<string, RunningHost>>,
): string[] {
  return Object.keys(before)
    .filter((name) => before[name]?.id === after[name]?.id)
    .toSorted();
}
