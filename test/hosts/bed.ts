import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Flow, createFlows, createHosts } from "../../infra/flows.ts";
import { loadMonitorRelease } from "../../infra/release/monitor.ts";
import type { Release } from "../../infra/release/build.ts";
import { type Host, hosts } from "../../src/contract/topology.ts";
import { loadBuiltRelease } from "../support/built-release.ts";
import { forkSources } from "../support/fork.ts";
import {
  type Resource,
  ofType,
  password,
  runMockedStack,
  userDataOf,
} from "../support/mocked-stack.ts";
import { type Aws, startAws } from "./aws.ts";
import type { AwsState } from "./aws-main.ts";
import { loadDebianRoot } from "./debian-root.ts";
import { type Lab, openLab } from "./lab.ts";
import { type Machine, bootMachine } from "./machine.ts";
import { addresses, createNetworks } from "./network.ts";
import { installStandIns } from "./stand-ins.ts";
import { createRuleset } from "./security-group.ts";
import { openVolume } from "./volume.ts";

export interface Bed {
  readonly lab: Lab;
  /** On this machine, for a test's own files; it goes with the bed. */
  readonly folder: string;
  readonly aws: Aws;
  /** As `aws` was told it at first. */
  readonly awsState: AwsState;
  readonly userData: Readonly<Record<BedHost, string>>;
  /** Every flow that the firewall lets through at first. */
  readonly flows: readonly Flow[];
  /** Gives the host a security group for these flows alone. */
  admit(host: Host, flows: readonly Flow[]): Promise<void>;
  /** Boots a host as new: an empty disk, its exact user data, and for Redis the same volume. */
  boot(host: BedHost, name?: string): Promise<Machine>;
  /** Ends all that is in it; a second time does nothing. */
  close(): Promise<void>;
}

export type BedHost = Host;

/** A value with all that an environment file must quote. */
export const boardUser = ` #"R&D" of 'us' \\ for $5 or \`%h\`; `;

/** The hosts' networks, firewall, AWS and volumes on this machine; the hosts are booted later. */
export async function openBed(): Promise<Bed> {
  const root = await loadDebianRoot();
  const sources = forkSources();
  const releases = [await loadBuiltRelease("x64", sources), await loadMonitorRelease()];
  const settings = {
    adminCidr: `${addresses.administrator}/32`,
    monitoring: "true",
    redisInstanceType: "t3.micro",
    producerInstanceType: "t3.micro",
    workerInstanceType: "t3.micro",
    monitorInstanceType: "t3.small",
    environment: JSON.stringify({ BOARD_USER: boardUser }),
  };
  const resources = await runMockedStack(settings, sources);
  const userData = {
    redis: userDataOfHost(resources, "redis"),
    producer: userDataOfHost(resources, "producer"),
    worker: userDataOfHost(resources, "worker-1"),
    monitor: userDataOfHost(resources, "monitor"),
  };

  const folder = await mkdtemp(join(tmpdir(), "tripod-hosts-"));
  const lab = await openLab();
  await createNetworks(lab);
  const flows = createFlows({ administrator: true, monitor: true });
  const admit = async (host: Host, admitted: readonly Flow[]) => {
    // Adding it first lets the deletion succeed the first time, too.
    const fresh = "add table inet security_group\ndelete table inet security_group\n";
    const input = fresh + createRuleset(host, admitted);
    await lab.run(["nft", "--file", "-"], { network: host, input });
  };
  for (const host of createHosts({ monitor: true })) await admit(host, flows);
  const awsState = createAwsState(resources, releases);
  const aws = await startAws(lab, folder, awsState);
  const volumes = {
    redis: await openVolume(join(folder, "redis-data.img"), 512 * 1024 * 1024),
    monitor: await openVolume(join(folder, "monitor-data.img"), 512 * 1024 * 1024),
  };
  const deviceOf = (host: Host) => /\/dev\/disk\/by-id\/\S+/.exec(userData[host])?.[0] ?? "";

  return {
    lab,
    folder,
    aws,
    awsState,
    userData,
    flows,
    admit,
    boot: (host, name = host) =>
      bootMachine(lab, {
        name,
        network: host,
        root,
        userData: userData[host],
        devices:
          host === "redis" || host === "monitor" ? { [volumes[host].node]: deviceOf(host) } : {},
        ...(host === "monitor" && { prepare: (disk) => installStandIns(lab, disk) }),
      }),
    async close() {
      await lab.close();
      for (const volume of Object.values(volumes)) await volume.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function userDataOfHost(resources: readonly Resource[], name: string): string {
  const instance = ofType(resources, "Instance").find((candidate) => candidate.name === name);
  if (instance === undefined) throw new Error(`the program made no instance "${name}"`);
  return userDataOf(instance);
}

/** What the program would have put into AWS: the roles' permissions, releases, secrets and hosts. */
function createAwsState(resources: readonly Resource[], releases: readonly Release[]): AwsState {
  const parameters = Object.fromEntries(
    ofType(resources, "Parameter").map(({ inputs }) => [String(inputs["name"]), password]),
  );
  const objects = Object.fromEntries(
    ofType(resources, "BucketObjectv2").map(({ inputs }) => {
      const release = releases.find(({ sha }) => String(inputs["key"]).includes(sha));
      return [`${inputs["bucket"]}/${inputs["key"]}`, release?.file ?? ""];
    }),
  );
  const named = (arn: string) =>
    [...Object.keys(objects), ...Object.keys(parameters)].find(
      (name) => basename(name) === basename(arn),
    ) ?? arn;
  const roles = ofType(resources, "RolePolicy").map(({ name, inputs }) => ({
    name,
    allowed: inputs["policy"].Statement.flatMap(
      ({ Action, Resource: arns }: { Action: string[]; Resource: string[] }) =>
        Action.flatMap((action) => arns.map((arn) => `${action} ${named(arn)}`)),
    ),
  }));
  return {
    roles: Object.fromEntries(
      roles.map((role) => [addresses[hosts.find((host) => host === role.name) ?? "worker"], role]),
    ),
    objects,
    parameters,
    instances: hosts.map((role) => ({ role, stack: "test", address: addresses[role] })),
  };
}
