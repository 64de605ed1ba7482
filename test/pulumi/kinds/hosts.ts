import { isDeepStrictEqual } from "node:util";
import type * as aws from "@pulumi/aws";
import { until } from "../../support/until.ts";
import type { Aws } from "../aws.ts";
import {
  type Given,
  createName,
  defineKind,
  isFound,
  listTags,
  tagSpecification,
} from "../kind.ts";

export interface Instance {
  readonly InstanceId: string;
  readonly State: { readonly Name: string };
  readonly PrivateIpAddress: string;
  readonly PublicIpAddress?: string;
  readonly InstanceType: string;
  readonly ImageId: string;
  readonly Placement: { readonly AvailabilityZone: string };
  readonly NetworkInterfaces: readonly { readonly NetworkInterfaceId: string }[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

async function loadInstance(call: Aws, id: string): Promise<Instance> {
  const { Reservations } = await call<{ Reservations: { Instances: Instance[] }[] }>(
    "ec2",
    "DescribeInstances",
    { InstanceIds: [id] },
  );
  const [instance] = Reservations.flatMap(({ Instances }) => Instances);
  if (instance === undefined) throw new Error(`AWS knows no instance "${id}"`);
  return instance;
}

function untilInState(call: Aws, id: string, state: string): Promise<unknown> {
  return until(`${id} to be ${state}`, async () => {
    return (await loadInstance(call, id)).State.Name === state;
  });
}

async function stop(call: Aws, id: string): Promise<void> {
  await call("ec2", "StopInstances", { InstanceIds: [id] });
  await untilInState(call, id, "stopped");
}

function runArguments(inputs: Given<aws.ec2.InstanceArgs>): Record<string, unknown> {
  const { metadataOptions, rootBlockDevice, userData = "" } = inputs;
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: inputs.ami,
    InstanceType: inputs.instanceType,
    UserData: Buffer.from(userData).toString("base64"),
    ...(inputs.keyName !== undefined && { KeyName: inputs.keyName }),
    ...(inputs.iamInstanceProfile !== undefined && {
      IamInstanceProfile: { Name: inputs.iamInstanceProfile },
    }),
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
        Ebs: {
          VolumeSize: rootBlockDevice?.volumeSize,
          VolumeType: rootBlockDevice?.volumeType,
          Encrypted: rootBlockDevice?.encrypted,
          DeleteOnTermination: true,
        },
      },
    ],
    MetadataOptions: {
      HttpEndpoint: metadataOptions?.httpEndpoint,
      HttpTokens: metadataOptions?.httpTokens,
      HttpPutResponseHopLimit: metadataOptions?.httpPutResponseHopLimit,
    },
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: inputs.subnetId,
        AssociatePublicIpAddress: inputs.associatePublicIpAddress,
        Groups: inputs.vpcSecurityGroupIds,
        DeleteOnTermination: true,
        ...(inputs.privateIp !== undefined && { PrivateIpAddress: inputs.privateIp }),
      },
    ],
    TagSpecifications: tagSpecification("instance", inputs.tags),
  };
}

export const hostKinds = {
  "aws:ec2/instance:Instance": defineKind<aws.ec2.InstanceArgs>({
    fixed: [
      "ami",
      "associatePublicIpAddress",
      "availabilityZone",
      "keyName",
      "privateIp",
      "subnetId",
    ],
    async create(call, inputs) {
      const { Instances } = await call<{ Instances: Instance[] }>(
        "ec2",
        "RunInstances",
        runArguments(inputs),
      );
      const id = Instances[0]?.InstanceId ?? "";
      await untilInState(call, id, "running");
      const instance = await loadInstance(call, id);
      return {
        id,
        privateIp: instance.PrivateIpAddress,
        publicIp: instance.PublicIpAddress ?? "",
        availabilityZone: instance.Placement.AvailabilityZone,
        primaryNetworkInterfaceId: instance.NetworkInterfaces[0]?.NetworkInterfaceId,
      };
    },
    exists: async (call, id) => (await loadInstance(call, id)).State.Name !== "terminated",
    async update(call, id, inputs, before) {
      const { instanceType, vpcSecurityGroupIds } = inputs;
      if (instanceType !== before.instanceType) {
        await stop(call, id);
        await call("ec2", "ModifyInstanceAttribute", {
          InstanceId: id,
          InstanceType: { Value: instanceType },
        });
        await call("ec2", "StartInstances", { InstanceIds: [id] });
        await untilInState(call, id, "running");
      }
      if (!isDeepStrictEqual(vpcSecurityGroupIds, before.vpcSecurityGroupIds)) {
        await call("ec2", "ModifyInstanceAttribute", {
          InstanceId: id,
          Groups: vpcSecurityGroupIds,
        });
      }
    },
    async delete(call, id) {
      await call("ec2", "TerminateInstances", { InstanceIds: [id] });
      await untilInState(call, id, "terminated");
    },
  }),
  "aws:ec2/keyPair:KeyPair": defineKind<aws.ec2.KeyPairArgs>({
    fixed: ["keyName", "publicKey"],
    async create(call, inputs, name) {
      const keyName = createName(name);
      await call("ec2", "ImportKeyPair", {
        KeyName: keyName,
        PublicKeyMaterial: inputs.publicKey,
        TagSpecifications: tagSpecification("key-pair", inputs.tags),
      });
      return { id: keyName, keyName };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeKeyPairs", { KeyNames: [id] })),
    delete: (call, id) => call("ec2", "DeleteKeyPair", { KeyName: id }),
  }),
  "aws:ebs/volume:Volume": defineKind<aws.ebs.VolumeArgs>({
    fixed: ["availabilityZone", "encrypted", "kmsKeyId", "snapshotId"],
    async create(call, inputs) {
      const { VolumeId } = await call<{ VolumeId: string }>("ec2", "CreateVolume", {
        AvailabilityZone: inputs.availabilityZone,
        Size: inputs.size,
        VolumeType: inputs.type,
        Encrypted: inputs.encrypted,
        ...(inputs.snapshotId !== undefined && { SnapshotId: inputs.snapshotId }),
        TagSpecifications: tagSpecification("volume", inputs.tags),
      });
      return { id: VolumeId };
    },
    exists: (call, id) => isFound(call("ec2", "DescribeVolumes", { VolumeIds: [id] })),
    async update(call, id, { size, tags }, before) {
      if (size !== before.size) await call("ec2", "ModifyVolume", { VolumeId: id, Size: size });
      await call("ec2", "CreateTags", { Resources: [id], Tags: listTags(tags) });
    },
    async delete(call, id, { finalSnapshot, tags }) {
      if (finalSnapshot === true) {
        await call("ec2", "CreateSnapshot", {
          VolumeId: id,
          TagSpecifications: tagSpecification("snapshot", tags),
        });
      }
      await call("ec2", "DeleteVolume", { VolumeId: id });
    },
  }),
  "aws:ec2/volumeAttachment:VolumeAttachment": defineKind<aws.ec2.VolumeAttachmentArgs>({
    fixed: ["deviceName", "instanceId", "volumeId"],
    async create(call, { deviceName, instanceId, volumeId }) {
      await call("ec2", "AttachVolume", {
        Device: deviceName,
        InstanceId: instanceId,
        VolumeId: volumeId,
      });
      return { id: createName("vai") };
    },
    async exists(call, _id, { instanceId, volumeId }) {
      const { Volumes } = await call<{ Volumes: { Attachments: { InstanceId: string }[] }[] }>(
        "ec2",
        "DescribeVolumes",
        { VolumeIds: [volumeId] },
      );
      return Volumes.some(({ Attachments }) =>
        Attachments.some(({ InstanceId }) => InstanceId === instanceId),
      );
    },
    async delete(call, _id, { deviceName, instanceId, stopInstanceBeforeDetaching, volumeId }) {
      if (stopInstanceBeforeDetaching === true) await stop(call, instanceId);
      await call("ec2", "DetachVolume", {
        Device: deviceName,
        InstanceId: instanceId,
        VolumeId: volumeId,
      });
    },
  }),
};
