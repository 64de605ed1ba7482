import * as aws from "@pulumi/aws";
import { network as addresses, outboundPorts } from "../src/contract/topology.ts";
import type { SecurityGroups } from "./firewall.ts";
import { createNatUserData } from "./boot/nat-host.ts";
import { type Settings, architectureOf } from "./config.ts";
import { createHost } from "./host.ts";
import type { Image } from "./image.ts";
import type { Network } from "./network.ts";

export interface Egress {
  /** Whether redis and worker have addresses of their own on the internet. */
  readonly publicAddresses: boolean;
  /** What a host of the back subnet needs before its first boot. */
  readonly route: aws.ec2.Route;
}

/** The way of the back subnet to the internet, as the stack's `egress` says. */
export function createEgress(settings: Settings, network: Network, image: Image): Egress {
  const target = createTarget(settings, network, image);
  const route = new aws.ec2.Route("back-to-internet", {
    routeTableId: network.backRoutes.id,
    destinationCidrBlock: "0.0.0.0/0",
    ...target,
  });
  return { publicAddresses: settings.egress === "public-ip", route };
}

type Target = Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId" | "networkInterfaceId">;

function createTarget(
  { egress, producerInstanceType }: Settings,
  network: Network,
  image: Image,
): Target {
  if (egress === "public-ip") return { gatewayId: network.gateway.id };

  // One for each mode: the next one's must not be held by the last one, which goes after it.
  const address = new aws.ec2.Eip(
    egress,
    { domain: "vpc", tags: { Name: `tripod-${egress}` } },
    { aliases: [{ name: "nat" }] },
  );
  if (egress === "nat-gateway") {
    const gateway = new aws.ec2.NatGateway("nat", {
      subnetId: network.front.id,
      allocationId: address.id,
      tags: { Name: "tripod-nat" },
    });
    return { natGatewayId: gateway.id };
  }
  const host = createHost("nat", {
    role: "nat",
    instanceType: architectureOf(producerInstanceType) === "arm64" ? "t4g.nano" : "t3.nano",
    image,
    subnet: network.front,
    group: createNatGroup(network),
    publicAddress: true,
    sourceDestCheck: false,
    key: undefined,
    userData: createNatUserData(),
  });
  new aws.ec2.EipAssociation("nat", { allocationId: address.id, instanceId: host.id });
  return { networkInterfaceId: host.primaryNetworkInterfaceId };
}

function createNatGroup({ vpc }: Network): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup("nat", {
    vpcId: vpc.id,
    description: "Traffic of the NAT host",
    tags: { Name: "tripod-nat" },
  });
  for (const port of outboundPorts) {
    const rule = { securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port };
    const inbound = `back-to-nat-port-${port}`;
    new aws.vpc.SecurityGroupIngressRule(inbound, {
      ...rule,
      cidrIpv4: addresses.back,
      description: "the way out of redis and worker",
      tags: { Name: inbound },
    });
    const outbound = `nat-to-port-${port}`;
    new aws.vpc.SecurityGroupEgressRule(outbound, {
      ...rule,
      cidrIpv4: "0.0.0.0/0",
      description: "package mirrors and the interfaces of AWS",
      tags: { Name: outbound },
    });
  }
  return group;
}

/** AWS's door to SSH on hosts without a public address; the hosts still see the caller's own. */
export function createConnectEndpoint(network: Network, groups: SecurityGroups): void {
  const group = new aws.ec2.SecurityGroup("connect-endpoint", {
    vpcId: network.vpc.id,
    description: "Traffic of the EC2 Instance Connect Endpoint",
    tags: { Name: "tripod-connect-endpoint" },
  });
  for (const [host, { id }] of Object.entries(groups)) {
    const name = `connect-endpoint-to-${host}-ssh`;
    new aws.vpc.SecurityGroupEgressRule(name, {
      securityGroupId: group.id,
      referencedSecurityGroupId: id,
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      description: `SSH to the ${host} host`,
      tags: { Name: name },
    });
  }
  new aws.ec2transitgateway.InstanceConnectEndpoint("connect-endpoint", {
    subnetId: network.back.id,
    securityGroupIds: [group.id],
    preserveClientIp: true,
    tags: { Name: "tripod-connect-endpoint" },
  });
}
