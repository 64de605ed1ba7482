import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { network } from "../src/contract/topology.ts";

export interface Network {
  readonly vpc: aws.ec2.Vpc;
  /** The subnet that the internet reaches. */
  readonly front: aws.ec2.Subnet;
  /** The subnet of redis and worker; its way to the internet is `createEgress`'s affair. */
  readonly back: aws.ec2.Subnet;
  readonly backRoutes: aws.ec2.RouteTable;
  readonly gateway: aws.ec2.InternetGateway;
}

/** The VPC, two subnets in one availability zone, the internet gateway, and S3 without a detour. */
export function createNetwork(region: pulumi.Input<string>): Network {
  const vpc = new aws.ec2.Vpc("tripod", {
    cidrBlock: network.vpc,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: { Name: "tripod" },
  });
  const gateway = new aws.ec2.InternetGateway("tripod", {
    vpcId: vpc.id,
    tags: { Name: "tripod" },
  });

  // One zone for all: the broker's volume cannot leave it, and traffic between zones costs money.
  const zones = aws.getAvailabilityZonesOutput({
    state: "available",
    filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  });
  const zone = zones.names.apply((names) => {
    const [first] = names;
    if (first === undefined) throw new Error("the region has no availability zone");
    return first;
  });

  const front = createSubnet("front", { vpc, zone, cidrBlock: network.front });
  const back = createSubnet("back", { vpc, zone, cidrBlock: network.back });
  const frontRoutes = createRouteTable("front", vpc, front);
  const backRoutes = createRouteTable("back", vpc, back);

  new aws.ec2.Route("front-to-internet", {
    routeTableId: frontRoutes.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: gateway.id,
  });
  new aws.ec2.VpcEndpoint("s3", {
    vpcId: vpc.id,
    serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
    vpcEndpointType: "Gateway",
    routeTableIds: [frontRoutes.id, backRoutes.id],
    tags: { Name: "tripod-s3" },
  });
  return { vpc, front, back, backRoutes, gateway };
}

function createSubnet(
  name: string,
  args: {
    readonly vpc: aws.ec2.Vpc;
    readonly zone: pulumi.Input<string>;
    readonly cidrBlock: string;
  },
): aws.ec2.Subnet {
  // `ignoreChanges`: another first zone in AWS's answer must not move hosts and volume.
  return new aws.ec2.Subnet(
    name,
    {
      vpcId: args.vpc.id,
      availabilityZone: args.zone,
      cidrBlock: args.cidrBlock,
      mapPublicIpOnLaunch: false,
      tags: { Name: `tripod-${name}` },
    },
    { ignoreChanges: ["availabilityZone"] },
  );
}

function createRouteTable(
  name: string,
  vpc: aws.ec2.Vpc,
  subnet: aws.ec2.Subnet,
): aws.ec2.RouteTable {
  const routes = new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { Name: `tripod-${name}` } });
  new aws.ec2.RouteTableAssociation(name, { routeTableId: routes.id, subnetId: subnet.id });
  return routes;
}
