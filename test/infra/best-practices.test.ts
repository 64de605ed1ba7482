import { createFlows } from "../../infra/flows.ts";
import { endpoints, hosts, outboundPorts } from "../../src/contract/topology.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { loadBuiltRelease } from "../support/built-release.ts";
import { type Resource, ofType, runMockedStack } from "../support/mocked-stack.ts";

// AWS Foundational Security Best Practices, by their ids, on the widest stack that can be configured.
describe.each(["public-ip", "nat-instance", "nat-gateway"])("a stack with egress %s", (egress) => {
  let resources: Resource[];
  beforeAll(async () => {
    await loadBuiltRelease("arm64");
    resources = await runMockedStack({
      egress,
      adminCidr: "198.51.100.7/32",
      monitoring: "true",
      sshPublicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me",
      workerCount: "2",
    });
  }, 180_000);

  const instances = () => {
    const found = ofType(resources, "Instance");
    // Every host, the second worker, and the one that lends its address.
    expect(found).toHaveLength(hosts.length + (egress === "nat-instance" ? 2 : 1));
    return found;
  };
  const ingress = () => {
    const found = ofType(resources, "SecurityGroupIngressRule");
    const inbound = createFlows({ administrator: true, monitor: true }).filter(({ to }) =>
      hosts.some((host) => host === to),
    );
    const ofNat = egress === "nat-instance" ? outboundPorts.length : 0;
    expect(found).toHaveLength(inbound.length + ofNat);
    return found;
  };
  const openToWorld = () =>
    ingress().filter(({ inputs }) => inputs["cidrIpv4"] === "0.0.0.0/0" || "cidrIpv6" in inputs);

  test("EC2.2: the default security group lets nothing through", () => {
    expect(ofType(resources, "DefaultSecurityGroup").map(({ inputs }) => inputs)).toEqual([
      { vpcId: "tripod-id", ingress: [], egress: [] },
    ]);
  });

  test("EC2.3: every disk is encrypted", () => {
    const roots = instances().map(({ inputs }) => inputs["rootBlockDevice"].encrypted);
    const volumes = ofType(resources, "Volume").map(({ inputs }) => inputs["encrypted"]);
    expect(volumes).toEqual([true, true]);
    expect(new Set([...roots, ...volumes])).toEqual(new Set([true]));
  });

  test("EC2.8: instance metadata needs a session token and stays on the host", () => {
    for (const { name, inputs } of instances()) {
      expect([name, inputs["metadataOptions"]]).toEqual([
        name,
        { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      ]);
    }
  });

  test("EC2.9: only the hosts that must be reached from outside have a public address", () => {
    const exposed = instances().filter(({ inputs }) => inputs["associatePublicIpAddress"] === true);
    const expected = {
      // As in the tutorial: without a NAT, a host needs an address of its own to fetch packages.
      "public-ip": ["monitor", "producer", "redis", "worker-1", "worker-2"],
      "nat-instance": ["monitor", "nat", "producer"],
      "nat-gateway": ["monitor", "producer"],
    };
    expect(exposed.map(({ name }) => name).toSorted()).toEqual(
      expected[egress as keyof typeof expected],
    );
  });

  test("EC2.12: every elastic address is in use", () => {
    const addresses = ofType(resources, "Eip").map(({ name }) => `${name}-id`);
    const used = [...ofType(resources, "EipAssociation"), ...ofType(resources, "NatGateway")].map(
      ({ inputs }) => inputs["allocationId"],
    );
    expect(addresses).toHaveLength(egress === "public-ip" ? 2 : 3);
    expect(used).toHaveLength(addresses.length);
    expect(used).toEqual(expect.arrayContaining(addresses));
  });

  test("EC2.13, EC2.14: no login port is open to the world", () => {
    const logins = ingress().filter(({ inputs }) => [22, 3389].includes(inputs["fromPort"]));
    expect(logins.map(({ inputs }) => inputs["cidrIpv4"])).toEqual(
      hosts.map(() => "198.51.100.7/32"),
    );
  });

  test("EC2.15: no subnet hands out public addresses by itself", () => {
    const subnets = ofType(resources, "Subnet").map(({ inputs }) => inputs["mapPublicIpOnLaunch"]);
    expect(subnets).toEqual([false, false]);
  });

  test("EC2.17: every instance has one network interface", () => {
    expect(instances().filter(({ inputs }) => "networkInterfaces" in inputs)).toEqual([]);
    expect(ofType(resources, "NetworkInterface")).toEqual([]);
  });

  test("EC2.18, EC2.19: the world reaches port 80 of the producer, and nothing else", () => {
    expect(
      openToWorld().map(({ inputs }) => [
        inputs["securityGroupId"],
        inputs["ipProtocol"],
        inputs["fromPort"],
        inputs["toPort"],
      ]),
    ).toEqual([["producer-id", "tcp", 80, 80]]);
  });

  test("Redis is reached from its callers' security groups, by their ids", () => {
    const rules = ingress().filter(
      ({ inputs }) => inputs["securityGroupId"] === "redis-id" && inputs["fromPort"] === 6379,
    );
    expect(
      rules.map(({ inputs }) => [inputs["referencedSecurityGroupId"], inputs["fromPort"]]),
    ).toEqual(endpoints.redis.callers.map((caller) => [`${caller}-id`, 6379]));
  });

  test("no rule is inside a security group, where it would fight the separate ones", () => {
    const groups = ofType(resources, "SecurityGroup");
    expect(groups.length).toBeGreaterThanOrEqual(4);
    for (const { inputs } of groups) {
      expect(Object.keys(inputs).toSorted()).toEqual(["description", "tags", "vpcId"]);
    }
  });

  test("S3.1 to S3.8: the bucket is private, encrypted, and refuses plain HTTP", () => {
    expect(ofType(resources, "BucketPublicAccessBlock").map(({ inputs }) => inputs)).toEqual([
      {
        bucket: "releases-id",
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    ]);
    const [policy] = ofType(resources, "BucketPolicy");
    expect(policy?.inputs["policy"].Statement).toEqual([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [expect.stringMatching(/releases$/), expect.stringMatching(/releases\/\*$/)],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
    expect(ofType(resources, "BucketServerSideEncryptionConfiguration")).toHaveLength(1);
    expect(ofType(resources, "BucketOwnershipControls")).toHaveLength(1);
  });

  test("S3.10, S3.13, S3.14: the bucket keeps old versions for a month, and goes with the stack", () => {
    expect(ofType(resources, "BucketVersioning").map(({ inputs }) => inputs)).toEqual([
      { bucket: "releases-id", versioningConfiguration: { status: "Enabled" } },
    ]);
    const [lifecycle] = ofType(resources, "BucketLifecycleConfiguration");
    expect(lifecycle?.inputs).toMatchObject({
      bucket: "releases-id",
      rules: [
        {
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          expiration: { expiredObjectDeleteMarker: true },
        },
      ],
    });
    expect(ofType(resources, "Bucket").map(({ inputs }) => inputs["forceDestroy"])).toEqual([true]);
  });

  test("IAM.1, IAM.21: a role reads its own release and secrets; the monitor's also lists hosts", () => {
    const policies = ofType(resources, "RolePolicy");
    expect(
      Object.fromEntries(
        policies.map(({ name, inputs }) => [
          name,
          inputs["policy"].Statement.flatMap(
            ({ Action, Resource }: { Action: string[]; Resource: string[] }) =>
              Resource.map((arn) => `${Action.join()} ${arn.split("/").slice(-2).join("/")}`),
          ),
        ]),
      ),
    ).toEqual({
      producer: [
        expect.stringMatching(/^s3:GetObject releases\/[0-9a-f]{64}\.tar\.gz$/),
        "ssm:GetParameter parameter:Parameter/producer-redis-password",
        "ssm:GetParameter parameter:Parameter/board-password",
      ],
      worker: [
        expect.stringMatching(/^s3:GetObject releases\/[0-9a-f]{64}\.tar\.gz$/),
        "ssm:GetParameter parameter:Parameter/worker-redis-password",
      ],
      monitor: [
        expect.stringMatching(/^s3:GetObject releases\/[0-9a-f]{64}\.tar\.gz$/),
        "ssm:GetParameter parameter:Parameter/grafana-password",
        "ssm:GetParameter parameter:Parameter/exporter-password",
        // AWS gives this action no narrower resource.
        "ec2:DescribeInstances *",
      ],
    });
    const redis = ofType(resources, "Instance").find(({ name }) => name === "redis");
    expect(redis?.inputs).not.toHaveProperty("iamInstanceProfile");
  });

  test("every resource that can have a name tag has one", () => {
    const untagged = resources.filter(({ inputs }) => inputs["tags"]?.Name === undefined);
    expect(new Set(untagged.map(({ type }) => type.split(":").at(-1)))).toEqual(
      new Set([
        "Stack",
        "RandomPassword",
        "DefaultSecurityGroup",
        "Route",
        "RouteTableAssociation",
        "BucketPublicAccessBlock",
        "BucketOwnershipControls",
        "BucketServerSideEncryptionConfiguration",
        "BucketVersioning",
        "BucketLifecycleConfiguration",
        "BucketPolicy",
        "RolePolicy",
        "RolePolicyAttachment",
        "VolumeAttachment",
        "EipAssociation",
      ]),
    );
  });
});
