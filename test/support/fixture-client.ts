import { type Client, type ClientOptions, createClient } from "../../src/client/client.ts";

/** The fixture tasks, as a fork's own `tasks.d.ts` would have them. */
export interface FixtureTasks {
  readonly quotient: typeof import("./tasks/quotient.ts").default;
}

export function createFixtureClient(options: ClientOptions): Client<FixtureTasks> {
  return createClient<FixtureTasks>(options);
}
