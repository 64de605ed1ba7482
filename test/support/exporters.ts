import { runUntilTestEnds } from "./command.ts";
import { reservePort } from "./ports.ts";

/** Debian's redis_exporter on a free port; returns its address. */
export async function startRedisExporter(redisUrl: string): Promise<string> {
  const address = `127.0.0.1:${await reservePort()}`;
  const options = [`-redis.addr=${redisUrl}`, `-web.listen-address=${address}`];
  await runUntilTestEnds(["prometheus-redis-exporter", ...options], `http://${address}/health`);
  return address;
}

/** Debian's node_exporter on a free port, for this machine's disks; returns its address. */
export async function startNodeExporter(): Promise<string> {
  const address = `127.0.0.1:${await reservePort()}`;
  const options = [`--web.listen-address=${address}`, "--collector.disable-defaults"];
  await runUntilTestEnds(
    ["prometheus-node-exporter", ...options, "--collector.filesystem"],
    `http://${address}/`,
  );
  return address;
}
