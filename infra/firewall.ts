import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../src/contract/topology.ts";
import { type Flow, type Peer, createFlows, createHosts } from "./flows.ts";

export type SecurityGroups = Partial<Record<Peer, aws.ec2.SecurityGroup>>;

/** `monitor` is there where there is a monitor host. */
export type HostGroups = Readonly<
  Record<Exclude<Host, "monitor">, aws.ec2.SecurityGroup> & { monitor?: aws.ec2.SecurityGroup }
>;

/** One security group per host, and one rule at each of our ends of a flow of the topology. */
export function createFirewall(
  vpc: aws.ec2.Vpc,
  options: { readonly adminCidr: string | undefined; readonly monitoring: boolean },
): HostGroups {
  new aws.ec2.DefaultSecurityGroup("unused", { vpcId: vpc.id, ingress: [], egress: [] });

  const surroundings = {
    administrator: options.adminCidr !== undefined,
    monitor: options.monitoring,
  };
  const groups = Object.fromEntries(
    createHosts(surroundings).map((host) => [host, createGroup(host, vpc.id)]),
  ) as HostGroups;
  for (const flow of createFlows(surroundings)) createRules(flow, groups, options.adminCidr);
  return groups;
}

function createGroup(host: Host, vpcId: pulumi.Input<string>): aws.ec2.SecurityGroup {
  return new aws.ec2.SecurityGroup(host, {
    vpcId,
    description: `Traffic of the ${host} host`,
    tags: { Name: `tripod-${host}` },
  });
}

function createRules(flow: Flow, groups: SecurityGroups, adminCidr: string | undefined): void {
  const rule = {
    ipProtocol: "tcp",
    fromPort: flow.port,
    toPort: flow.port,
    description: flow.purpose.replaceAll(/[^\w .:/-]/g, ""),
    tags: { Name: flow.name },
  };
  const peer = (end: Peer) => {
    const group = groups[end];
    if (group !== undefined) return { referencedSecurityGroupId: group.id };
    const cidrIpv4 = end === "administrator" ? adminCidr : "0.0.0.0/0";
    if (cidrIpv4 === undefined) throw new Error(`"${flow.name}" has no administrator's network`);
    return { cidrIpv4 };
  };
  const receiver = groups[flow.to];
  if (receiver !== undefined) {
    new aws.vpc.SecurityGroupIngressRule(flow.name, {
      ...rule,
      ...peer(flow.from),
      securityGroupId: receiver.id,
    });
  }
  const sender = groups[flow.from];
  if (sender !== undefined) {
    new aws.vpc.SecurityGroupEgressRule(flow.name, {
      ...rule,
      ...peer(flow.to),
      securityGroupId: sender.id,
    });
  }
}
