import { randomBytes } from "node:crypto";
import type { Unwrap } from "@pulumi/pulumi";
import type { Aws } from "./aws.ts";

/** What a resource is made from: as the program gives it, once all of it is known. */
export type Given<Args> = Unwrap<Args>;

/** What one type of resource is made of: the calls of AWS that the real provider would make. */
export interface Kind<Inputs> {
  /** Inputs of which another value takes another resource, as the provider documents them. */
  readonly fixed: readonly (keyof Inputs & string)[];
  /** Makes it, and answers its id and what AWS adds to the inputs. */
  create(
    aws: Aws,
    inputs: Inputs,
    name: string,
  ): Promise<{ readonly id: string } & Readonly<Record<string, unknown>>>;
  /** Answers whether it is still there; AWS may also say so by a refusal. */
  exists(aws: Aws, id: string, inputs: Inputs): Promise<boolean>;
  /** Where it is missing, a change of inputs that are not fixed is refused. */
  update?(aws: Aws, id: string, inputs: Inputs, before: Inputs): Promise<unknown>;
  delete(aws: Aws, id: string, inputs: Inputs): Promise<unknown>;
}

export type Kinds = Readonly<Record<string, Kind<Record<string, unknown>>>>;

/** A kind among others: by its type's name, the inputs are its own. */
export function defineKind<Args>(kind: Kind<Given<Args>>): Kinds[string] {
  return kind as unknown as Kinds[string];
}

/** A physical name, as Pulumi makes one of a logical name. */
export function createName(name: string): string {
  return `${name}-${randomBytes(4).toString("hex").slice(1)}`;
}

type Tags = Readonly<Record<string, string>> | undefined;

export function listTags(tags: Tags) {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

export function tagSpecification(type: string, tags: Tags) {
  return [{ ResourceType: type, Tags: listTags(tags) }];
}

/** Answers a call that AWS refuses for what is not there. */
export async function isFound(call: Promise<unknown>): Promise<boolean> {
  await call;
  return true;
}

/** A policy as AWS takes it. */
export function policyText(policy: unknown): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}
