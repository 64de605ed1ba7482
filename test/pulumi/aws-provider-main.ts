import { createRequire } from "node:module";
import { main } from "@pulumi/pulumi/provider/index.js";
import { type Aws, createAws } from "./aws.ts";
import { awsKinds } from "./kinds.ts";
import { createProvider } from "./provider.ts";

// Pulumi's CLI starts it, through a program named pulumi-resource-aws on its PATH, as `… [engine's address]`.
const [url = "", ...args] = process.argv.slice(2);
const aws = createAws(url);

async function invoke(token: string, inputs: Readonly<Record<string, string>>) {
  return { outputs: await answer(aws, token, inputs) };
}

async function answer(call: Aws, token: string, inputs: Readonly<Record<string, string>>) {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { region: "us-east-1" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones": {
      const { AvailabilityZones } = await call<{ AvailabilityZones: { ZoneName: string }[] }>(
        "ec2",
        "DescribeAvailabilityZones",
        {},
      );
      return { names: AvailabilityZones.map(({ ZoneName }) => ZoneName) };
    }
    case "aws:ssm/getParameter:getParameter":
      // moto has none of Debian's parameters: the newest image of that architecture stands for them.
      return { insecureValue: await findImage(call, inputs["name"]?.split("/").at(-1) ?? "") };
    default:
      throw new Error(`the program looked up "${token}", for which there is no stand-in`);
  }
}

async function findImage(call: Aws, architecture: string): Promise<string | undefined> {
  const { Images } = await call<{ Images: { ImageId: string; Name: string }[] }>(
    "ec2",
    "DescribeImages",
    { Filters: [{ Name: "name", Values: [`debian-13-${architecture}-*`] }] },
  );
  return Images.toSorted((one, other) => (one.Name < other.Name ? -1 : 1)).at(-1)?.ImageId;
}

const { version } = createRequire(import.meta.url)("@pulumi/aws/package.json");
await main(createProvider(version, awsKinds, aws, invoke), args);
