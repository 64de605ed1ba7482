import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Instance } from "./kinds/hosts.ts";
import { createEnvironment } from "./environment.ts";
import { type Simulator, openSimulator } from "./simulator.ts";
import { whyNoPulumi } from "./story.ts";

const obstacle = whyNoPulumi();
const arm = "ami-0a0000000000000a1";

describe.skipIf(obstacle)(`the simulator of AWS (${obstacle ?? "here"})`, () => {
  let home: string;
  let simulator: Simulator;
  let subnet: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "tripod-simulator-"));
    simulator = await openSimulator(createEnvironment(home, home));
    const { Subnets } = await ec2<{ Subnets: { SubnetId: string; CidrBlock: string }[] }>(
      "DescribeSubnets",
    );
    subnet = Subnets.find(({ CidrBlock }) => CidrBlock === "172.31.0.0/20")?.SubnetId ?? "";
  });
  afterAll(() => {
    simulator.close();
    rmSync(home, { recursive: true, force: true });
  });

  function ec2<T>(operation: string, parameters: Readonly<Record<string, unknown>> = {}) {
    return simulator.aws<T>("ec2", operation, parameters);
  }

  async function runInstance(more: Readonly<Record<string, unknown>> = {}, address?: string) {
    const { Instances } = await ec2<{ Instances: Instance[] }>("RunInstances", {
      MinCount: 1,
      MaxCount: 1,
      ImageId: arm,
      InstanceType: "t4g.micro",
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnet,
          DeleteOnTermination: true,
          ...(address !== undefined && { PrivateIpAddress: address }),
        },
      ],
      ...more,
    });
    return Instances[0]?.InstanceId ?? "";
  }

  async function allocateAddress(): Promise<string> {
    const { AllocationId } = await ec2<{ AllocationId: string }>("AllocateAddress", {
      Domain: "vpc",
    });
    return AllocationId;
  }

  test("keeps the address of a NAT gateway", async () => {
    const [AllocationId, InstanceId] = [await allocateAddress(), await runInstance()];
    await ec2("CreateNatGateway", { SubnetId: subnet, AllocationId });
    await expect(ec2("AssociateAddress", { AllocationId, InstanceId })).rejects.toThrow(
      "Resource.AlreadyAssociated",
    );
    await expect(ec2("ReleaseAddress", { AllocationId })).rejects.toThrow("AlreadyAssociated");
  });

  test("keeps the address of an instance", async () => {
    const [AllocationId, InstanceId] = [await allocateAddress(), await runInstance()];
    await ec2("AssociateAddress", { AllocationId, InstanceId });
    await expect(ec2("ReleaseAddress", { AllocationId })).rejects.toThrow("InUse");
    await expect(ec2("CreateNatGateway", { SubnetId: subnet, AllocationId })).rejects.toThrow(
      "Resource.AlreadyAssociated",
    );
  });

  test("starts no instance on an image of another architecture", async () => {
    await expect(runInstance({ InstanceType: "t3.micro" })).rejects.toThrow(
      "does not match the architecture 'arm64'",
    );
    const InstanceId = await runInstance();
    const change = () =>
      ec2("ModifyInstanceAttribute", { InstanceId, InstanceType: { Value: "t3.micro" } });
    await expect(change()).rejects.toThrow("IncorrectInstanceState");
    await ec2("StopInstances", { InstanceIds: [InstanceId] });
    await expect(change()).rejects.toThrow("does not match the architecture 'arm64'");
  });

  test("gives a private address to one instance at a time", async () => {
    const address = "172.31.0.77";
    const first = await runInstance({}, address);
    await expect(runInstance({}, address)).rejects.toThrow("InvalidIPAddress.InUse");
    await ec2("TerminateInstances", { InstanceIds: [first] });
    await runInstance({}, address);
  });

  test("takes 16 KiB of user data, and shrinks no volume", async () => {
    const UserData = Buffer.alloc(16_385, "x").toString("base64");
    await expect(runInstance({ UserData })).rejects.toThrow("limited to 16384 bytes");
    const { VolumeId } = await ec2<{ VolumeId: string }>("CreateVolume", {
      AvailabilityZone: "us-east-1a",
      Size: 8,
    });
    await expect(ec2("ModifyVolume", { VolumeId, Size: 4 })).rejects.toThrow("cannot be smaller");
    await ec2("ModifyVolume", { VolumeId, Size: 9 });
  });

  test("refuses a call that AWS's interface does not have", async () => {
    await expect(ec2("DescribeVpcs", { VpcNames: [] })).rejects.toThrow("Unknown parameter");
  });
});
