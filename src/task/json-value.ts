/** Why JSON would not keep a value as it is, and where in it. */
export interface JsonProblem {
  readonly path: readonly PropertyKey[];
  /** `number` for NaN and the infinities, of which JSON makes null. */
  readonly kind: "number" | "size" | "type";
  /** What is there and, for a type, what to use instead. */
  readonly problem: string;
}

/** Deeper ones would end in a stack overflow, here or in `JSON.stringify`. */
const maxDepth = 500;

/** What to write instead of objects of well-known classes. */
const instead: Readonly<Record<string, string>> = {
  Date: "expected its toISOString()",
  Map: "expected Object.fromEntries() of it",
  Set: "expected an array of its members",
  Promise: "expected what it resolves to: is an await missing?",
  Buffer: 'expected its toString("base64")',
  RegExp: "expected its source",
};

/**
 * The first part of a value that JSON would drop or turn into another one; `undefined` for what it
 * keeps: null, booleans, finite numbers, texts, arrays and plain objects of these. A property that is
 * `undefined` counts as none. Values of more than `maxParts` parts are not looked through.
 */
export function findJsonProblem(value: unknown, maxParts: number): JsonProblem | undefined {
  const path: PropertyKey[] = [];
  const above = new Set<object>();
  let parts = 0;

  const say = (kind: JsonProblem["kind"], problem: string) => ({ path: [...path], kind, problem });

  function visit(part: unknown): JsonProblem | undefined {
    parts += 1;
    if (parts > maxParts) return say("size", `has more than ${maxParts} parts`);
    switch (typeof part) {
      case "boolean":
      case "string":
        return undefined;
      case "number":
        return Number.isFinite(part) ? undefined : say("number", `is ${part}`);
      case "object":
        return part === null ? undefined : visitObject(part);
      case "bigint":
        return say("type", "is a BigInt, expected a number or a text of digits");
      case "undefined":
        return say("type", "is undefined, expected null");
      default:
        return say("type", `is a ${typeof part}, which JSON does not have`);
    }
  }

  function visitObject(part: object): JsonProblem | undefined {
    if (above.has(part)) return say("type", "refers back to what it is part of");
    if (above.size >= maxDepth) return say("type", `is nested deeper than ${maxDepth} levels`);
    if (!Array.isArray(part) && !isPlain(part)) return say("type", describeInstance(part));
    above.add(part);
    // By index, because an array's holes have no entry.
    const entries = Array.isArray(part) ? part.entries() : Object.entries(part);
    for (const [key, item] of entries) {
      if (item === undefined && !Array.isArray(part)) continue;
      path.push(key);
      const found = visit(item);
      if (found !== undefined) return found;
      path.pop();
    }
    above.delete(part);
    return undefined;
  }

  return visit(value);
}

/** Of any realm, and without a class of its own. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describeInstance(value: object): string {
  const name = value.constructor?.name || "class";
  if (value instanceof Error) return `is an error, expected its message, or to be thrown`;
  const advice =
    instead[name] ??
    (ArrayBuffer.isView(value) ? "expected Array.from() of it" : "expected a plain object");
  return `is a ${name}, ${advice}`;
}
