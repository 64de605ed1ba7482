import type * as aws from "@pulumi/aws";
import { createName, defineKind, isFound, tagSpecification } from "../kind.ts";

interface Gateway {
  readonly NatGatewayId: string;
  readonly State: string;
}

export const addressKinds = {
  "aws:ec2/eip:Eip": defineKind<aws.ec2.EipArgs>({
    fixed: ["domain"],
    async create(call, inputs) {
      const { AllocationId, PublicIp } = await call<{ AllocationId: string; PublicIp: string }>(
        "ec2",
        "AllocateAddress",
        {
          Domain: inputs.domain,
          TagSpecifications: tagSpecification("elastic-ip", inputs.tags),
        },
      );
      return { id: AllocationId, allocationId: AllocationId, publicIp: PublicIp };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeAddresses", { AllocationIds: [id] })),
    delete: (call, id) => call("ec2", "ReleaseAddress", { AllocationId: id }),
  }),
  "aws:ec2/eipAssociation:EipAssociation": defineKind<aws.ec2.EipAssociationArgs>({
    fixed: ["allocationId", "instanceId"],
    async create(call, inputs) {
      const { AssociationId } = await call<{ AssociationId: string }>("ec2", "AssociateAddress", {
        AllocationId: inputs.allocationId,
        InstanceId: inputs.instanceId,
        AllowReassociation: inputs.allowReassociation ?? true,
      });
      return { id: AssociationId };
    },
    async exists(call, id) {
      const { Addresses } = await call<{ Addresses: { AssociationId?: string }[] }>(
        "ec2",
        "DescribeAddresses",
        {},
      );
      return Addresses.some(({ AssociationId }) => AssociationId === id);
    },
    delete: (call, id) => call("ec2", "DisassociateAddress", { AssociationId: id }),
  }),
  "aws:ec2/natGateway:NatGateway": defineKind<aws.ec2.NatGatewayArgs>({
    fixed: ["allocationId", "subnetId"],
    async create(call, inputs) {
      const { NatGateway } = await call<{ NatGateway: Gateway }>("ec2", "CreateNatGateway", {
        SubnetId: inputs.subnetId,
        AllocationId: inputs.allocationId,
        TagSpecifications: tagSpecification("natgateway", inputs.tags),
      });
      return { id: NatGateway.NatGatewayId };
    },
    async exists(call, id) {
      const { NatGateways } = await call<{ NatGateways: Gateway[] }>("ec2", "DescribeNatGateways", {
        NatGatewayIds: [id],
      });
      return NatGateways.some(({ State }) => State !== "deleted");
    },
    delete: (call, id) => call("ec2", "DeleteNatGateway", { NatGatewayId: id }),
  }),
  // moto has none.
  "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint":
    defineKind<aws.ec2transitgateway.InstanceConnectEndpointArgs>({
      fixed: ["preserveClientIp", "securityGroupIds", "subnetId"],
      create: async () => ({ id: createName("eice") }),
      exists: async () => true,
      delete: async () => undefined,
    }),
};
