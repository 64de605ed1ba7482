import { keyTags } from "../contract/queues.ts";

/** BullMQ's prefix of a queue: its keys are `{tripod:<queue>}:<queue>:…`. */
export function prefixOf(queue: string): string {
  return `{${keyTags.queue}${queue}}`;
}

/** A key that all queues of a deployment share. */
export function deploymentKey(name: string): string {
  return `{${keyTags.deployment}}:${name}`;
}
