/** One thing that Pulumi did to a resource. */
export interface Step {
  /** `create`, `update`, `delete`, `same`, `replace`, `create-replacement`, `delete-replaced`, … */
  readonly op: string;
  /** Such as `Instance worker-1`. */
  readonly resource: string;
}

interface Event {
  readonly resourcePreEvent?: { readonly metadata: { readonly op: string; readonly urn: string } };
}

/** Reads the event log of a run, a JSON object a line. */
export function readSteps(log: string): Step[] {
  const events = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Event => JSON.parse(line));
  return events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn } = resourcePreEvent.metadata;
    const [, , types = "", name = ""] = urn.split("::");
    return [{ op, resource: `${types.split(":").at(-1)} ${name}` }];
  });
}

/** What was changed, each operation's resources in the order of the alphabet. */
export function changesOf(steps: readonly Step[]): Record<string, string[]> {
  const changes: Record<string, string[]> = {};
  for (const { op, resource } of steps) {
    if (op !== "same" && !resource.startsWith("Stack ")) (changes[op] ??= []).push(resource);
  }
  for (const resources of Object.values(changes)) resources.sort();
  return changes;
}
