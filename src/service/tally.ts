/** Counts what each client holds at a time. */
export interface Tally {
  of(client: string): number;
  /** One more; returns a function that takes it back, once. */
  add(client: string): () => void;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const of = (client: string) => counts.get(client) ?? 0;
  return {
    of,
    add(client) {
      counts.set(client, of(client) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = of(client) - 1;
        if (left === 0) counts.delete(client);
        else counts.set(client, left);
      };
    },
  };
}
