/** Names that many jobs share, each kept once, under a number; 0 stands for none. */
export interface Names {
  /** The number of a name, which it keeps until it was dropped as often as it was taken. */
  take(name: string | undefined): number;
  drop(code: number): void;
  /** `undefined` where nobody has taken it. */
  find(name: string): number | undefined;
  nameOf(code: number): string | undefined;
  /** All that are taken. */
  list(): string[];
  readonly size: number;
}

export function createNames(): Names {
  const codes = new Map<string, number>();
  const names: (string | undefined)[] = [undefined];
  const takers: number[] = [0];
  const free: number[] = [];
  return {
    take(name) {
      if (name === undefined) return 0;
      const code = codes.get(name) ?? free.pop() ?? names.length;
      codes.set(name, code);
      names[code] = name;
      takers[code] = (takers[code] ?? 0) + 1;
      return code;
    },
    drop(code) {
      const name = names[code];
      if (name === undefined) return;
      const left = (takers[code] ?? 0) - 1;
      takers[code] = left;
      if (left > 0) return;
      codes.delete(name);
      names[code] = undefined;
      free.push(code);
    },
    find: (name) => codes.get(name),
    nameOf: (code) => names[code],
    list: () => [...codes.keys()],
    get size() {
      return codes.size;
    },
  };
}
