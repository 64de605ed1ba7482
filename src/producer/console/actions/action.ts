import type { ActionTarget } from "../../../contract/actions.ts";
import type { Role } from "../../../contract/roles.ts";
import type { Components } from "../../http/components.ts";
import type { Operation } from "../../http/operation.ts";
import type { JobAct } from "../../../queue/job-acts.ts";

/** Who asks for something, and from where. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
  /** As `clientOf` says it. */
  readonly from: string;
}

/** What an operator asks for, in a form or as JSON. */
export interface Order {
  /** Which job, queue, schedule or worker: as it is called in the address. */
  readonly target: string;
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** Whether it is meant although something speaks against it, which the refusal without it says. */
  readonly evenIfSucceeded: boolean;
}

/** What came of it. */
export interface Done {
  /** What programs are told. */
  readonly body: object;
  /** 200 if not given. */
  readonly status?: number;
  /** Where people find what was done. */
  readonly page: string;
}

export interface ActionWords extends Pick<Operation, "summary" | "description" | "responses"> {
  /** The schemas that its answers refer to. */
  readonly components: Components;
}

/** Something that operators can have done, in the console and by programs alike. */
export interface Action {
  readonly on: Exclude<ActionTarget, "board" | "jobs">;
  readonly name: string;
  /** What the OpenAPI document says of it; the rest follows from what it is done to. */
  readonly words: ActionWords;
  /** Does it, or throws a `RequestError` or an `UnavailableError` that says why not. */
  readonly perform: (order: Order) => Promise<Done>;
}

/** What a job keeps of it. */
export function actOf(name: string, { actor, reason }: Order): JobAct {
  return { by: actor.name, action: name, ...(reason !== undefined && { reason }) };
}
