import { join } from "node:path";
import type { Lab } from "./lab.ts";
import type { Station as Network } from "./network.ts";
import type { Answers, Requests } from "./station-main.ts";

/** Somebody in a network of the lab who connects and asks. */
export interface Station {
  ask<Name extends keyof Requests>(name: Name, request: Requests[Name]): Promise<Answers[Name]>;
}

/** Starts a process in the network that makes the calls; it ends with the lab. */
export function startStation(lab: Lab, network: Network): Station {
  const program = join(import.meta.dirname, "station-main.ts");
  const station = lab.start([process.execPath, program], {
    network,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, (message: { answer: never; error?: string }) => void>();
  station.on("message", (message: { id: number; answer: never; error?: string }) => {
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  let last = 0;
  return {
    ask: (name, request) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        waiting.set(id, ({ answer, error }) =>
          error === undefined ? resolve(answer) : reject(new Error(error)),
        );
        station.send({ id, name, request });
      }),
  };
}
