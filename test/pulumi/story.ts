import { afterAll, beforeAll } from "vitest";
import { loadBuiltRelease } from "../support/built-release.ts";
import { findObstacle } from "../support/requirements.ts";
import { type Deployment, openDeployment } from "./deployment.ts";

/** Why Pulumi's CLI cannot be driven on this machine, or `undefined` if it can. Throws in CI. */
export function whyNoPulumi(): string | undefined {
  return findObstacle("deploy to a simulator of AWS", { commands: ["pulumi"], namespaces: false });
}

/** The deployment that the tests of a suite go through one after the other, opened before the first. */
export function useDeployment(config: Readonly<Record<string, string>> = {}): () => Deployment {
  let deployment: Deployment | undefined;
  beforeAll(async () => {
    // Where a deployment runs there is no registry: what its releases depend on is there before.
    for (const architecture of ["arm64", "x64"] as const) await loadBuiltRelease(architecture);
    deployment = await openDeployment(config);
  });
  afterAll(() => deployment?.close());
  return () => {
    if (deployment === undefined) throw new Error("the deployment was not opened");
    return deployment;
  };
}
