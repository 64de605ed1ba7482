import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Lab } from "../hosts/lab.ts";
import type { Target } from "./door-main.ts";

/** Opens a way for the test to a port in the lab, and returns its address on this machine. */
export type Door = (host: string, port: number) => Promise<string>;

/**
 * A process in the lab's network that passes connections on. It gets sockets that listen out here
 * and connects from in there: a socket stays in the network that it was made in.
 */
export function startDoor(lab: Lab, network: string): Door {
  const child = lab.start([process.execPath, join(import.meta.dirname, "door-main.ts")], {
    network,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return async (host, port) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    const target: Target = { host, port };
    await promisify<Target, typeof server>(child.send.bind(child))(target, server);
    server.close();
    return `127.0.0.1:${address.port}`;
  };
}
