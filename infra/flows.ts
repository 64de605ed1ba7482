import {
  hosts as allHosts,
  type Host,
  type Endpoint,
  outboundPorts,
  outboundPurposes,
  endpoints,
} from "../src/contract/topology.ts";

export type Peer = Host | "internet" | "administrator";

/** One direction of TCP traffic that the firewall lets through; replies always pass. */
export interface Flow {
  readonly name: `${Peer}-to-${string}`;
  readonly from: Peer;
  readonly to: Peer;
  readonly port: number;
  readonly purpose: string;
}

/** What exists beside redis, producer and worker, and so may send or receive. */
export interface Surroundings {
  readonly administrator: boolean;
  readonly monitor: boolean;
}

/** The hosts of a deployment. */
export function createHosts({ monitor }: Pick<Surroundings, "monitor">): Host[] {
  return allHosts.filter((host) => host !== "monitor" || monitor);
}

/** Every flow of the topology between peers that exist: nothing else may pass. */
export function createFlows(surroundings: Surroundings): Flow[] {
  const hosts = createHosts(surroundings);
  const callers: Peer[] = [
    ...hosts,
    "internet",
    ...(surroundings.administrator ? (["administrator"] as const) : []),
  ];
  const declared = Object.entries<Endpoint>(endpoints);

  const calls = declared
    .filter(([, { host }]) => hosts.includes(host))
    .flatMap(([name, endpoint]) =>
      endpoint.callers
        .filter((caller) => callers.includes(caller))
        .map((caller): Flow => ({
          name: `${caller}-to-${name}`,
          from: caller,
          to: endpoint.host,
          port: endpoint.port,
          purpose: endpoint.purpose,
        })),
    );
  const outbound = hosts.flatMap((host) =>
    outboundPorts.map((port): Flow => ({
      name: `${host}-to-port-${port}`,
      from: host,
      to: "internet",
      port,
      purpose: outboundPurposes[host],
    })),
  );
  return [...calls, ...outbound];
}
