import { createHash } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { createStackConfig, repository } from "./pulumi-project.ts";

export interface Resource {
  readonly type: string;
  readonly name: string;
  // Inputs differ by type, and a test reads few of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly inputs: Readonly<Record<string, any>>;
}

/** Pulumi's mark of a secret value that crosses to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

const project = "tripod";

export const password = "the-password-that-must-stay-secret";

/**
 * Runs the program, or that of a fork, on Pulumi's mocks with this configuration, and returns every
 * resource it made.
 */
export async function runMockedStack(
  values: Readonly<Record<string, string>> = {},
  sources = repository,
): Promise<Resource[]> {
  const resources: Resource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        resources.push({ type, name, inputs });
        return { id: createId(type, name), state: { ...createState(type, name), ...inputs } };
      },
      call: ({ token, inputs }) => answer(token, inputs),
    },
    project,
    "test",
  );
  pulumi.runtime.setAllConfig(createStackConfig(project, values));
  vi.resetModules();
  const program = pathToFileURL(join(sources, "infra/index.ts")).href;
  await pulumi.runtime.runInPulumiStack(async () => ({ ...(await import(program)) }));
  await pulumi.runtime.disconnect();
  return resources;
}

/** What AWS would have added to a resource. */
function createState(type: string, name: string): Record<string, unknown> {
  return {
    arn: `arn:aws:mock:${type}/${name}`,
    name: `${name}-name`,
    publicIp: "203.0.113.80",
    primaryNetworkInterfaceId: `eni-${name}`,
    ...(type === "random:index/randomPassword:RandomPassword" ? { result: password } : {}),
  };
}

function createId(type: string, name: string): string {
  if (type !== "aws:ebs/volume:Volume") return `${name}-id`;
  return `vol-${createHash("sha256").update(name).digest("hex").slice(0, 17)}`;
}

/** What AWS would have answered to a look-up. */
export function answer(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { region: "us-east-1" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["us-east-1a", "us-east-1b"] };
    case "aws:ssm/getParameter:getParameter":
      return { insecureValue: `ami-of-${String(inputs["name"]).split("/").at(-1)}` };
    default:
      throw new Error(`the program looked up "${token}", which the mocks do not know`);
  }
}

/** Takes Pulumi's secret wrapping off a value. */
function reveal(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && secretMark in value;
}

/** The text of an instance's user data, whether or not Pulumi keeps it secret. */
export function userDataOf(instance: Resource): string {
  return String(reveal(instance.inputs["userData"]));
}

export function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}
