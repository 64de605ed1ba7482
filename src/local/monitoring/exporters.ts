import type { Config } from "../../service/config.ts";
import type { Watcher } from "./watcher.ts";

/** Reads the broker's own figures. Address and password are in its environment, not on the command line. */
export function createRedisExporter(
  binary: string,
  port: number,
  { url, password }: Config["redis"],
): Watcher {
  const address = new URL(url);
  const login = {
    REDIS_USER: decodeURIComponent(address.username),
    REDIS_PASSWORD: password ?? decodeURIComponent(address.password),
  };
  address.username = "";
  address.password = "";
  return {
    name: "redis_exporter",
    command: [binary, `-web.listen-address=127.0.0.1:${port}`],
    env: { REDIS_ADDR: address.href, ...login },
    files: {},
  };
}

/** Reads how full this machine's disks are, which is all that dashboards and alerts ask it. */
export function createNodeExporter(binary: string, port: number): Watcher {
  const options = ["--collector.disable-defaults", "--collector.filesystem", "--log.level=error"];
  return {
    name: "node_exporter",
    command: [binary, `--web.listen-address=127.0.0.1:${port}`, ...options],
    env: {},
    files: {},
  };
}
