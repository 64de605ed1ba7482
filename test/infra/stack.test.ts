import { beforeAll, expect, test } from "vitest";
import { type Surroundings, createFlows, createHosts } from "../../infra/flows.ts";
import { outboundPorts } from "../../src/contract/topology.ts";
import {
  type Resource,
  isSecret,
  ofType,
  password,
  runMockedStack,
  userDataOf,
} from "../support/mocked-stack.ts";
import { loadBuiltRelease } from "../support/built-release.ts";

// The first run on a machine installs the release's dependencies.
beforeAll(() => loadBuiltRelease("arm64"), 180_000);

function count(resources: readonly Resource[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) {
    const name = type.split(":").at(-1) ?? type;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many rules the topology's flows make: one at each end that is ours. */
function countRules(surroundings: Surroundings) {
  const flows = createFlows(surroundings);
  const ours: readonly string[] = createHosts(surroundings);
  return {
    SecurityGroupIngressRule: flows.filter(({ to }) => ours.includes(to)).length,
    SecurityGroupEgressRule: flows.filter(({ from }) => ours.includes(from)).length,
  };
}

const alone = { administrator: false, monitor: false };
const rules = countRules(alone);
const administered = countRules({ ...alone, administrator: true });

const base = {
  Stack: 1,
  Vpc: 1,
  Subnet: 2,
  RouteTable: 2,
  RouteTableAssociation: 2,
  Route: 2,
  InternetGateway: 1,
  VpcEndpoint: 1,
  DefaultSecurityGroup: 1,
  SecurityGroup: 3,
  ...rules,
  RandomPassword: 3,
  Parameter: 3,
  Bucket: 1,
  BucketPublicAccessBlock: 1,
  BucketOwnershipControls: 1,
  BucketServerSideEncryptionConfiguration: 1,
  BucketVersioning: 1,
  BucketLifecycleConfiguration: 1,
  BucketPolicy: 1,
  BucketObjectv2: 1,
  Role: 3,
  RolePolicy: 2,
  RolePolicyAttachment: 1,
  LifecyclePolicy: 1,
  InstanceProfile: 2,
  Instance: 3,
  Volume: 1,
  VolumeAttachment: 1,
  Eip: 1,
  EipAssociation: 1,
};
const adminCidr = "198.51.100.7/32";
const sshPublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me";

test.each<[string, Record<string, string>, Record<string, number>]>([
  ["by default", {}, {}],
  ["with an administrator", { adminCidr }, administered],
  ["with the administrator's key", { adminCidr, sshPublicKey }, { ...administered, KeyPair: 1 }],
  [
    "with monitoring",
    { monitoring: "true" },
    {
      Instance: 4,
      Eip: 2,
      EipAssociation: 2,
      Volume: 2,
      VolumeAttachment: 2,
      SecurityGroup: 4,
      ...countRules({ ...alone, monitor: true }),
      RandomPassword: 5,
      Parameter: 5,
      BucketObjectv2: 2,
      Role: 4,
      RolePolicy: 3,
      InstanceProfile: 3,
    },
  ],
  [
    "without workers",
    { workerCount: "0" },
    { Instance: 2, Role: 2, RolePolicy: 1, InstanceProfile: 1 },
  ],
  ["with three workers", { workerCount: "3" }, { Instance: 5 }],
  [
    "with a NAT instance",
    { egress: "nat-instance" },
    {
      Instance: 4,
      Eip: 2,
      EipAssociation: 2,
      SecurityGroup: 4,
      SecurityGroupIngressRule: rules.SecurityGroupIngressRule + outboundPorts.length,
      SecurityGroupEgressRule: rules.SecurityGroupEgressRule + outboundPorts.length,
    },
  ],
  ["with a NAT gateway", { egress: "nat-gateway" }, { NatGateway: 1, Eip: 2 }],
  [
    "with a NAT gateway and an administrator",
    { egress: "nat-gateway", adminCidr },
    {
      NatGateway: 1,
      Eip: 2,
      SecurityGroup: 4,
      ...administered,
      SecurityGroupEgressRule: administered.SecurityGroupEgressRule + createHosts(alone).length,
      InstanceConnectEndpoint: 1,
    },
  ],
])("a stack %s is made of exactly these resources", async (_, values, difference) => {
  expect(count(await runMockedStack(values))).toEqual({
    ...base,
    ...Object.fromEntries(Object.entries(difference).filter(([, number]) => number > 0)),
    ...difference,
  });
});

test("every flow of the topology has a rule at each of our ends, and there is no other rule", async () => {
  const resources = await runMockedStack({ adminCidr, monitoring: "true" });
  const outside: Record<string, object> = {
    internet: { cidrIpv4: "0.0.0.0/0" },
    administrator: { cidrIpv4: adminCidr },
  };
  const wanted = createFlows({ administrator: true, monitor: true }).flatMap(
    ({ name, from, to, port }) => {
      const ports = { ipProtocol: "tcp", fromPort: port, toPort: port };
      const rule = (type: string, group: string, other: string) => ({
        type,
        name,
        ...ports,
        securityGroupId: `${group}-id`,
        ...(outside[other] ?? { referencedSecurityGroupId: `${other}-id` }),
      });
      return [
        ...(to in outside ? [] : [rule("SecurityGroupIngressRule", to, from)]),
        ...(from in outside ? [] : [rule("SecurityGroupEgressRule", from, to)]),
      ];
    },
  );
  const made = ["SecurityGroupIngressRule", "SecurityGroupEgressRule"].flatMap((type) =>
    ofType(resources, type).map(({ name, inputs }) => {
      const { description: _, tags: __, ...rule } = inputs;
      return { type, name, ...rule };
    }),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect(made).toHaveLength(wanted.length);
  expect(made).toEqual(expect.arrayContaining(wanted));
});

test("passwords cross to the engine only as secrets", async () => {
  const resources = await runMockedStack();
  const parameters = ofType(resources, "Parameter");
  expect(parameters.map(({ inputs }) => [inputs["type"], isSecret(inputs["value"])])).toEqual([
    ["SecureString", true],
    ["SecureString", true],
    ["SecureString", true],
  ]);
  const others = resources.filter((resource) => !parameters.includes(resource));
  expect(others.length).toBeGreaterThan(30);
  expect(JSON.stringify(others)).not.toContain(password);
  const redis = ofType(resources, "Instance").find(({ name }) => name === "redis");
  expect(isSecret(redis?.inputs["userData"])).toBe(true);
});

test.each(["public-ip", "nat-instance", "nat-gateway"])(
  "user data under %s is complete and fits EC2's limit",
  async (egress) => {
    const instances = ofType(await runMockedStack({ egress }), "Instance");
    expect(instances).toHaveLength(createHosts(alone).length + (egress === "nat-instance" ? 1 : 0));
    for (const instance of instances) {
      const userData = userDataOf(instance);
      expect(userData).toMatch(/^#cloud-config\n/);
      expect(userData).not.toMatch(/undefined|=null\b|\[object|Calling \[toString\]/);
      expect(Buffer.byteLength(userData)).toBeLessThan(16_384);
    }
  },
);

test.each([
  ["public-ip", ["producer", "redis", "worker-1"]],
  ["nat-instance", ["nat", "producer"]],
  ["nat-gateway", ["producer"]],
])("under %s the hosts with a public address are %j", async (egress, hosts) => {
  const instances = ofType(await runMockedStack({ egress }), "Instance");
  const open = instances.filter(({ inputs }) => inputs["associatePublicIpAddress"] === true);
  expect(open.map(({ name }) => name).toSorted()).toEqual(hosts);
});

/** Address -> what holds it. */
async function listHolders(egress: string) {
  const resources = await runMockedStack({ egress });
  return Object.fromEntries(
    ["EipAssociation", "NatGateway"].flatMap((type) =>
      ofType(resources, type).map(({ name, inputs }) => [
        inputs["allocationId"],
        `${type} ${name}`,
      ]),
    ),
  );
}

test("no address goes from one kind of NAT to the other, which comes before the first one goes", async () => {
  const instance = await listHolders("nat-instance");
  const gateway = await listHolders("nat-gateway");
  expect(new Set(Object.values(instance))).toEqual(
    new Set(["EipAssociation nat", "EipAssociation producer"]),
  );
  expect(new Set(Object.values(gateway))).toEqual(
    new Set(["NatGateway nat", "EipAssociation producer"]),
  );
  expect({ ...gateway, ...instance }).toEqual({ ...instance, ...gateway });
});

test("the producer knows by which addresses it is reached, for the links between its pages", async () => {
  const resources = await runMockedStack();
  const linked = ofType(resources, "Instance").filter((instance) =>
    /PUBLIC_URL=http:\/\/203\.0\.113\.80\n.*BOARD_URL=http:\/\/203\.0\.113\.80:8081\n/s.test(
      userDataOf(instance),
    ),
  );
  expect(linked.map(({ name }) => name)).toEqual(["producer"]);
});

test("the sources replace producer and worker, never Redis", async () => {
  const { sha } = await loadBuiltRelease("arm64");
  const instances = ofType(await runMockedStack({ workerCount: "2" }), "Instance");
  expect(
    Object.fromEntries(
      instances.map((instance) => [
        instance.name,
        userDataOf(instance)
          .match(/\b[0-9a-f]{64}\b/g)
          ?.filter((found) => found === sha).length,
      ]),
    ),
  ).toEqual({ redis: 0, producer: 3, "worker-1": 3, "worker-2": 3 });
});

test.each([
  [{ redisInstanceType: "t3.micro" }, ["arm64", "amd64", "arm64"]],
  [{ amiId: "ami-0123456789abcdef0" }, Array(3).fill("0123456789abcdef0")],
])("with %j producer, redis and worker start from their own images", async (values, images) => {
  const instances = ofType(await runMockedStack(values), "Instance");
  const image = (name: string) =>
    instances.find((instance) => instance.name === name)?.inputs["ami"];
  expect(["producer", "redis", "worker-1"].map(image)).toEqual(
    images.map((suffix) => expect.stringMatching(new RegExp(`^ami-(of-)?${suffix}$`))),
  );
});
