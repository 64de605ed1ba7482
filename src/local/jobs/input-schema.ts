/** As much of a task's JSON Schema as the command line looks at. */
export interface InputSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, InputSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly InputSchema[];
  readonly oneOf?: readonly InputSchema[];
  readonly allOf?: readonly InputSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, InputSchema>>;
}

/** References lead in circles where a type has parts of its own type. */
const maxDepth = 8;

/** The types of JSON that a part of the input may have, `integer` as its own; none where any may be. */
export function typesOf(part: InputSchema, input: InputSchema, depth = 0): ReadonlySet<string> {
  if (depth > maxDepth) return new Set();
  const { type, anyOf, oneOf, allOf, $ref } = part;
  const own = typeof type === "string" ? [type] : (type ?? []);
  const values = [...(part.enum ?? []), ...("const" in part ? [part.const] : [])].map(typeOf);
  const referred = $ref === undefined ? undefined : input.$defs?.[$ref.replace(/^.*\//, "")];
  const inner = [
    ...(anyOf ?? []),
    ...(oneOf ?? []),
    ...(allOf ?? []),
    ...(referred ? [referred] : []),
  ];
  return new Set([
    ...own,
    ...values,
    ...inner.flatMap((one) => [...typesOf(one, input, depth + 1)]),
  ]);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** The fields in lines, for who has to fill them. */
export function describeFields(input: InputSchema): string[] {
  const fields = Object.entries(input.properties ?? {}).map(([name, field]) => ({
    name,
    kind: kindOf(field, input, input.required?.includes(name) ?? false),
    meaning: field.description ?? "",
  }));
  if (fields.length === 0) return ["  no fields"];
  const widths = {
    name: Math.max(...fields.map(({ name }) => name.length)),
    kind: Math.max(...fields.map(({ kind }) => kind.length)),
  };
  return fields.map(({ name, kind, meaning }) =>
    `  ${name.padEnd(widths.name)}  ${kind.padEnd(widths.kind)}  ${meaning}`.trimEnd(),
  );
}

function kindOf(field: InputSchema, input: InputSchema, isRequired: boolean): string {
  const kind =
    field.enum === undefined
      ? [...typesOf(field, input)].join(" or ") || "any"
      : field.enum.map((value) => JSON.stringify(value)).join(" or ");
  if ("default" in field) return `${kind}, default ${JSON.stringify(field.default)}`;
  return isRequired ? kind : `${kind}, optional`;
}
