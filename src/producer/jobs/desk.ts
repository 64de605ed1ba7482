import type { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../../contract/queues.ts";
import { createPlaces, type Places } from "../../queue/places.ts";
import type { Memory } from "../../queue/memory.ts";
import type { Load } from "../../queue/room.ts";
import { readSubmittedState, type SubmittedState } from "../../queue/submitted-state.ts";
import { renew } from "../../service/remembered.ts";
import type { Broker } from "./broker.ts";

/** How stale what is said of a queue as a whole may be. */
const stateMs = 1_000;

/** One queue, as a producer sees it. */
export interface Desk {
  readonly name: string;
  readonly queue: Queue;
  readonly spec: QueueSpec;
  /** Calls Redis as a `Broker` does. */
  readonly ask: <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;
  readonly events: QueueEvents;
  readonly readState: () => Promise<SubmittedState>;
  /** What decides whether it takes another job. */
  readonly load: () => Promise<Load>;
  readonly places: Places;
}

/** By the queue's name. */
export type Desks = ReadonlyMap<string, Desk>;

/** Throws where there is no such queue, as `queueOf` never tells. */
export function findDesk(desks: Desks, name: string): Desk {
  const desk = desks.get(name);
  if (desk === undefined) {
    throw new Error(
      `there is no queue "${name}", expected one of: ${[...desks.keys()].join(", ")}`,
    );
  }
  return desk;
}

/** Below whose queue a deployment keeps what is of all queues; throws where there is none. */
export function firstDesk(desks: Desks): Desk {
  const [first] = desks.values();
  if (first === undefined) throw new Error("expected at least one queue");
  return first;
}

export interface DeskDeps {
  readonly queue: Queue;
  readonly spec: QueueSpec;
  readonly redis: Redis;
  readonly broker: Broker;
  readonly events: QueueEvents;
  readonly readMemory: () => Promise<Memory>;
  /** Unfinished jobs that a client may have in it; 0 for any number. */
  readonly unfinishedPerClient: number;
}

export function createDesk(deps: DeskDeps): Desk {
  const { queue, spec, redis, broker, events, readMemory, unfinishedPerClient } = deps;
  const ask: Desk["ask"] = (call) => broker.ask(() => call(queue, redis));
  const latest = renew({ ms: stateMs, pauseMs: 0 }, () =>
    ask((asked, client) => readSubmittedState(asked, client, spec)),
  );
  // A status that is read because of an event is not to be told with a state of before.
  for (const change of ["paused", "resumed"] as const) events.on(change, () => latest.outdate());
  const readState = () => latest.get();
  return {
    name: queue.name,
    queue,
    spec,
    ask,
    events,
    readState,
    load: async () => {
      const [state, memory] = await Promise.all([readState(), readMemory()]);
      return { state, memory };
    },
    places: createPlaces({ ask, toKey: (key) => queue.toKey(key), limit: unfinishedPerClient }),
  };
}
