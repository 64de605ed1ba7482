/** What JSON keeps as it is. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [name: string]: Plain };

export type PlainFields = Readonly<Record<string, Plain>>;

/** Of the items of a list or an object, and of the objects in each other. */
const most = { items: 20, levels: 3 } as const;

/**
 * A copy of anything that JSON keeps as it is, whose names and texts have so many characters at most.
 * It never throws: what is circular, endless or cannot be read is named in brackets.
 */
export function copyPlain(fields: object, characters: number): PlainFields {
  let left = characters;
  const take = (text: string) => {
    const taken = cutText(text, left);
    left -= taken.length;
    return taken;
  };
  const copyEntries = (value: object, levels: number) => {
    const entries: [string, Plain][] = [];
    for (const name of Object.keys(value).slice(0, most.items)) {
      if (left <= 0) break;
      const copied = copy(() => (value as Readonly<Record<string, unknown>>)[name], levels);
      if (copied !== undefined) entries.push([take(name), copied]);
    }
    return Object.fromEntries(entries);
  };
  const copy = (read: () => unknown, levels: number): Plain | undefined => {
    try {
      const value = read();
      if (value === null || typeof value === "boolean") return value;
      if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
      if (typeof value === "string") return take(value);
      if (typeof value === "undefined") return undefined;
      if (typeof value === "bigint") return take(String(value));
      if (typeof value !== "object") return take(`[${typeof value}]`);
      if (value instanceof Error) return take(`${value.name}: ${value.message}`);
      if (value instanceof Date) return take(value.toJSON());
      if (levels > 0 && Array.isArray(value)) {
        const items = value.slice(0, most.items);
        return items.flatMap((item) => (left > 0 ? [copy(() => item, levels - 1) ?? null] : []));
      }
      if (levels > 0 && isPlainObject(value)) return copyEntries(value, levels - 1);
      return take(`[${value.constructor?.name ?? "Object"}]`);
    } catch {
      return take("[unreadable]");
    }
  };
  try {
    return copyEntries(fields, most.levels - 1);
  } catch {
    return {};
  }
}

/** So many characters of a well-formed text, the last one an ellipsis where it was cut. */
export function cutText(text: string, characters: number): string {
  const part = text.length > characters ? `${text.slice(0, Math.max(0, characters - 1))}…` : text;
  return part.toWellFormed();
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
