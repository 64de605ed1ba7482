import { type Host, network } from "../../src/contract/topology.ts";
import type { Lab } from "./lab.ts";

/** Who stands where: the hosts in the deployment's subnets, the others out on the internet. */
export const addresses = {
  redis: network.redisAddress,
  worker: "10.0.1.21",
  producer: "10.0.0.20",
  monitor: network.monitorAddress,
  administrator: "198.51.100.7",
  internet: "203.0.113.10",
} as const satisfies Record<Host | "administrator" | "internet", string>;
export type Station = keyof typeof addresses;
export const stations = Object.keys(addresses).filter((name): name is Station => name in addresses);

/** Where every EC2 instance finds its metadata. */
export const metadataAddress = "169.254.169.254";
/** Where the hosts of the bed find S3 and SSM. */
export const awsAddress = "192.0.2.1";

/** Name of the network that joins the others, and in which AWS is played. */
export const router = "router";

const subnetOf = (address: string) => address.replace(/\.\d+$/, "");

/** A network namespace for each station, and one that routes between their subnets as a VPC does. */
export async function createNetworks(lab: Lab): Promise<void> {
  const ip = (lines: readonly string[], namespace?: string) =>
    lab.run(["ip", ...(namespace === undefined ? [] : ["-n", namespace]), "-batch", "-"], {
      input: lines.map((line) => `${line}\n`).join(""),
    });
  await ip([router, ...stations].map((name) => `netns add ${name}`));

  const subnets = [...new Set(Object.values(addresses).map(subnetOf))];
  await ip(
    [
      "link set lo up",
      `addr add ${metadataAddress}/32 dev lo`,
      `addr add ${awsAddress}/32 dev lo`,
      ...subnets.flatMap((subnet, index) => [
        `link add net${index} type bridge`,
        `addr add ${subnet}.1/24 dev net${index}`,
        `link set net${index} up`,
      ]),
      ...stations.flatMap((name, index) => [
        `link add port${index} type veth peer name eth0 netns ${name}`,
        `link set port${index} master net${subnets.indexOf(subnetOf(addresses[name]))}`,
        `link set port${index} up`,
      ]),
    ],
    router,
  );
  await lab.run(["sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"], { network: router });
  for (const name of stations) {
    await ip(
      [
        "link set lo up",
        `addr add ${addresses[name]}/24 dev eth0`,
        "link set eth0 up",
        `route add default via ${subnetOf(addresses[name])}.1`,
      ],
      name,
    );
  }
}
