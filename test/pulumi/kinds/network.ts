import type * as aws from "@pulumi/aws";
import type { Aws } from "../aws.ts";
import { createName, defineKind, isFound, policyText, tagSpecification } from "../kind.ts";

interface Group {
  readonly GroupId: string;
  readonly IpPermissions: readonly unknown[];
  readonly IpPermissionsEgress: readonly unknown[];
}

async function findDefaultGroup(call: Aws, vpcId: string): Promise<Group> {
  const { SecurityGroups } = await call<{ SecurityGroups: Group[] }>(
    "ec2",
    "DescribeSecurityGroups",
    {
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    },
  );
  const [group] = SecurityGroups;
  if (group === undefined) throw new Error(`"${vpcId}" has no default security group`);
  return group;
}

type RuleArgs = aws.vpc.SecurityGroupIngressRuleArgs;

function defineRule(direction: "Ingress" | "Egress") {
  return defineKind<RuleArgs>({
    fixed: ["securityGroupId"],
    async create(call, inputs) {
      const { description: Description } = inputs;
      const { SecurityGroupRules } = await call<{
        SecurityGroupRules: { SecurityGroupRuleId: string }[];
      }>("ec2", `AuthorizeSecurityGroup${direction}`, {
        GroupId: inputs.securityGroupId,
        IpPermissions: [
          {
            IpProtocol: inputs.ipProtocol,
            FromPort: inputs.fromPort,
            ToPort: inputs.toPort,
            IpRanges:
              inputs.cidrIpv4 === undefined ? [] : [{ CidrIp: inputs.cidrIpv4, Description }],
            UserIdGroupPairs:
              inputs.referencedSecurityGroupId === undefined
                ? []
                : [{ GroupId: inputs.referencedSecurityGroupId, Description }],
          },
        ],
      });
      const [rule] = SecurityGroupRules;
      if (rule === undefined) throw new Error("AWS named no rule");
      return { id: rule.SecurityGroupRuleId };
    },
    exists: (call, id) =>
      isFound(call("ec2", "DescribeSecurityGroupRules", { SecurityGroupRuleIds: [id] })),
    delete: (call, id, { securityGroupId }) =>
      call("ec2", `RevokeSecurityGroup${direction}`, {
        GroupId: securityGroupId,
        SecurityGroupRuleIds: [id],
      }),
  });
}

function routeTarget(inputs: {
  readonly routeTableId: string;
  readonly destinationCidrBlock?: string;
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
  readonly networkInterfaceId?: string;
}) {
  const target = {
    RouteTableId: inputs.routeTableId,
    DestinationCidrBlock: inputs.destinationCidrBlock,
    GatewayId: inputs.gatewayId,
    NatGatewayId: inputs.natGatewayId,
    NetworkInterfaceId: inputs.networkInterfaceId,
  };
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined));
}

export const networkKinds = {
  "aws:ec2/vpc:Vpc": defineKind<aws.ec2.VpcArgs>({
    fixed: ["cidrBlock"],
    async create(call, inputs) {
      const { Vpc } = await call<{ Vpc: { VpcId: string } }>("ec2", "CreateVpc", {
        CidrBlock: inputs.cidrBlock,
        TagSpecifications: tagSpecification("vpc", inputs.tags),
      });
      await call("ec2", "ModifyVpcAttribute", {
        VpcId: Vpc.VpcId,
        EnableDnsHostnames: { Value: inputs.enableDnsHostnames ?? false },
      });
      return { id: Vpc.VpcId };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeVpcs", { VpcIds: [id] })),
    delete: (call, id) => call("ec2", "DeleteVpc", { VpcId: id }),
  }),
  "aws:ec2/internetGateway:InternetGateway": defineKind<aws.ec2.InternetGatewayArgs>({
    fixed: [],
    async create(call, inputs) {
      const { InternetGateway } = await call<{ InternetGateway: { InternetGatewayId: string } }>(
        "ec2",
        "CreateInternetGateway",
        { TagSpecifications: tagSpecification("internet-gateway", inputs.tags) },
      );
      const id = InternetGateway.InternetGatewayId;
      await call("ec2", "AttachInternetGateway", { InternetGatewayId: id, VpcId: inputs.vpcId });
      return { id };
    },
    exists: (call, id) =>
      isFound(call("ec2", "DescribeInternetGateways", { InternetGatewayIds: [id] })),
    async delete(call, id, { vpcId }) {
      await call("ec2", "DetachInternetGateway", { InternetGatewayId: id, VpcId: vpcId });
      await call("ec2", "DeleteInternetGateway", { InternetGatewayId: id });
    },
  }),
  "aws:ec2/subnet:Subnet": defineKind<aws.ec2.SubnetArgs>({
    fixed: ["availabilityZone", "cidrBlock", "vpcId"],
    async create(call, inputs) {
      const { Subnet } = await call<{ Subnet: { SubnetId: string } }>("ec2", "CreateSubnet", {
        VpcId: inputs.vpcId,
        CidrBlock: inputs.cidrBlock,
        AvailabilityZone: inputs.availabilityZone,
        TagSpecifications: tagSpecification("subnet", inputs.tags),
      });
      return { id: Subnet.SubnetId };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeSubnets", { SubnetIds: [id] })),
    delete: (call, id) => call("ec2", "DeleteSubnet", { SubnetId: id }),
  }),
  "aws:ec2/routeTable:RouteTable": defineKind<aws.ec2.RouteTableArgs>({
    fixed: ["vpcId"],
    async create(call, inputs) {
      const { RouteTable } = await call<{ RouteTable: { RouteTableId: string } }>(
        "ec2",
        "CreateRouteTable",
        { VpcId: inputs.vpcId, TagSpecifications: tagSpecification("route-table", inputs.tags) },
      );
      return { id: RouteTable.RouteTableId };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeRouteTables", { RouteTableIds: [id] })),
    delete: (call, id) => call("ec2", "DeleteRouteTable", { RouteTableId: id }),
  }),
  "aws:ec2/routeTableAssociation:RouteTableAssociation":
    defineKind<aws.ec2.RouteTableAssociationArgs>({
      fixed: ["subnetId"],
      async create(call, inputs) {
        const { AssociationId } = await call<{ AssociationId: string }>(
          "ec2",
          "AssociateRouteTable",
          { RouteTableId: inputs.routeTableId, SubnetId: inputs.subnetId },
        );
        return { id: AssociationId };
      },
      async exists(call, id, { routeTableId }) {
        const { RouteTables } = await call<{
          RouteTables: { Associations: { RouteTableAssociationId: string }[] }[];
        }>("ec2", "DescribeRouteTables", { RouteTableIds: [routeTableId] });
        const all = RouteTables.flatMap(({ Associations }) => Associations);
        return all.some(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
      },
      delete: (call, id) => call("ec2", "DisassociateRouteTable", { AssociationId: id }),
    }),
  "aws:ec2/route:Route": defineKind<aws.ec2.RouteArgs>({
    fixed: ["destinationCidrBlock", "routeTableId"],
    async create(call, inputs) {
      await call("ec2", "CreateRoute", routeTarget(inputs));
      return { id: createName(`r-${inputs.routeTableId}`) };
    },
    async exists(call, _id, { routeTableId, destinationCidrBlock }) {
      const { RouteTables } = await call<{
        RouteTables: { Routes: { DestinationCidrBlock?: string }[] }[];
      }>("ec2", "DescribeRouteTables", { RouteTableIds: [routeTableId] });
      const routes = RouteTables.flatMap(({ Routes }) => Routes);
      return routes.some((route) => route.DestinationCidrBlock === destinationCidrBlock);
    },
    update: (call, _id, inputs) => call("ec2", "ReplaceRoute", routeTarget(inputs)),
    delete: (call, _id, { routeTableId, destinationCidrBlock }) =>
      call("ec2", "DeleteRoute", {
        RouteTableId: routeTableId,
        DestinationCidrBlock: destinationCidrBlock,
      }),
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": defineKind<aws.ec2.VpcEndpointArgs>({
    fixed: ["serviceName", "vpcEndpointType", "vpcId"],
    async create(call, inputs) {
      const { VpcEndpoint } = await call<{ VpcEndpoint: { VpcEndpointId: string } }>(
        "ec2",
        "CreateVpcEndpoint",
        {
          VpcId: inputs.vpcId,
          ServiceName: inputs.serviceName,
          VpcEndpointType: inputs.vpcEndpointType,
          RouteTableIds: inputs.routeTableIds,
          ...(inputs.policy !== undefined && { PolicyDocument: policyText(inputs.policy) }),
          TagSpecifications: tagSpecification("vpc-endpoint", inputs.tags),
        },
      );
      return { id: VpcEndpoint.VpcEndpointId };
    },
    async exists(call, id) {
      const { VpcEndpoints } = await call<{ VpcEndpoints: { State: string }[] }>(
        "ec2",
        "DescribeVpcEndpoints",
        { VpcEndpointIds: [id] },
      );
      return VpcEndpoints.some(({ State }) => State !== "deleted");
    },
    delete: (call, id) => call("ec2", "DeleteVpcEndpoints", { VpcEndpointIds: [id] }),
  }),
  "aws:ec2/securityGroup:SecurityGroup": defineKind<aws.ec2.SecurityGroupArgs>({
    fixed: ["description", "name", "vpcId"],
    async create(call, inputs, name) {
      const { GroupId } = await call<{ GroupId: string }>("ec2", "CreateSecurityGroup", {
        GroupName: createName(name),
        Description: inputs.description,
        VpcId: inputs.vpcId,
        TagSpecifications: tagSpecification("security-group", inputs.tags),
      });
      // The provider takes away the rule that AWS gives to each group.
      await call("ec2", "RevokeSecurityGroupEgress", {
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      });
      return { id: GroupId };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeSecurityGroups", { GroupIds: [id] })),
    delete: (call, id) => call("ec2", "DeleteSecurityGroup", { GroupId: id }),
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defineKind<aws.ec2.DefaultSecurityGroupArgs>(
    {
      fixed: ["vpcId"],
      async create(call, { vpcId = "" }) {
        const { GroupId, ...open } = await findDefaultGroup(call, vpcId);
        for (const [direction, IpPermissions] of [
          ["Ingress", open.IpPermissions],
          ["Egress", open.IpPermissionsEgress],
        ] as const) {
          if (IpPermissions.length > 0)
            await call("ec2", `RevokeSecurityGroup${direction}`, { GroupId, IpPermissions });
        }
        return { id: GroupId };
      },
      exists: (call, id) => isFound(call("ec2", "DescribeSecurityGroups", { GroupIds: [id] })),
      // It goes with its VPC.
      delete: async () => undefined,
    },
  ),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": defineRule("Ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": defineRule("Egress"),
};
