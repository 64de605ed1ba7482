import { z } from "zod";
import { inputField, keyField, reasonField, resubmitField, runAtField } from "../contract/forms.ts";
import { applyTwice } from "./applied-twice.ts";
import { listSamples } from "./input-samples.ts";
import { listParts, type SchemaPart, typeOf } from "./schema-parts.ts";

/** Types of schema that JSON has no value for, or that do not take what they return. */
const unfit: Readonly<Record<string, string>> = {
  bigint: "expected z.int(), or z.string() for its digits",
  custom: "expected a schema of what JSON can hold, with .refine()",
  date: "expected z.iso.datetime() or z.iso.date()",
  file: "expected z.string(), such as of the address where the file is",
  function: "expected z.enum() of what there is to choose from",
  map: "expected z.record()",
  nan: "expected z.number()",
  promise: "expected the schema of what it resolves to",
  set: "expected z.array()",
  success: "expected z.boolean()",
  symbol: "expected z.enum()",
  undefined: "expected .optional()",
  void: "expected .optional()",
};

/** Names to which our forms and HTML give a meaning of their own. */
const reserved: ReadonlySet<string> = new Set([
  keyField,
  runAtField,
  resubmitField,
  inputField,
  reasonField,
  "_charset_",
]);

/** What every object has already, such as `toString`: zod takes that for the field where none is sent. */
const isInherited = (name: string) => name in Object.prototype;

/** What can be the name of a form's control, part of its id, and part of a JSON pointer as it is. */
const fieldName = /^[\p{L}\p{M}\p{N}_$@:.-]+$/u;

/**
 * Why a task cannot have this input, or `undefined`: JSON must hold it, a form must be able to name
 * its fields, and what its schema makes of a value must fit the schema again at once, as the
 * producer and then the worker apply it. What only calling a function of the author's would tell is
 * tried with samples and with the inputs of the task's examples.
 */
export function findInputProblem(input: z.ZodObject, examples: readonly unknown[] = []) {
  return (
    findFieldProblem(input) ??
    findUnfitPart(input) ??
    findTransformedPart(input) ??
    findUndescribed(input) ??
    findBrokenPart(input, examples)
  );
}

function findFieldProblem(input: z.ZodObject): string | undefined {
  const { catchall } = input.def;
  if (catchall !== undefined && typeOf(catchall) !== "never") {
    return (
      "its input takes fields that it does not name, which form and API refuse: expected " +
      "z.strictObject(), with a z.record() where the submitter chooses the names"
    );
  }
  const names = Object.keys(input.shape);
  const deeper = listParts(input, "both").flatMap(({ path }) => path);
  const taken =
    names.find((name) => reserved.has(name)) ?? deeper.find((name) => isInherited(name));
  if (taken !== undefined) {
    return `its input cannot have a field "${taken}", a name that is used otherwise: expected another one`;
  }
  const odd = names.find((name) => !fieldName.test(name));
  if (odd === undefined) return undefined;
  return `its input cannot have a field ${JSON.stringify(odd)}: expected a name of letters, digits and _ $ @ : . -`;
}

function findUnfitPart(input: z.ZodObject): string | undefined {
  for (const part of listParts(input, "input")) {
    const type = typeOf(part.schema);
    const advice = unfit[type];
    if (advice !== undefined) {
      return `${nameOf(part)} is z.${type}(), which JSON cannot hold: ${advice}`;
    }
    const meta = z.globalRegistry.get(part.schema);
    for (const name of ["title", "description"] as const) {
      if (meta?.[name] !== undefined && typeof meta[name] !== "string") {
        return `${nameOf(part)} has a ${name} in .meta() that is no text`;
      }
    }
  }
  return undefined;
}

function findTransformedPart(input: z.ZodObject): string | undefined {
  const part = listParts(input, "output").find(({ schema }) => isTransformed(schema));
  if (part === undefined) return undefined;
  return (
    `${nameOf(part)} is transformed, which the worker would do again to what the ` +
    "producer has made of it: expected .overwrite(), which keeps the type, or the same in run()"
  );
}

/** What ends in a function of any other type, or is decoded; not what `z.preprocess` begins with one. */
function isTransformed({ _zod: { def } }: z.core.$ZodTypes): boolean {
  return def.type === "transform" || (def.type === "pipe" && def.reverseTransform !== undefined);
}

function findBrokenPart(input: z.ZodObject, examples: readonly unknown[]): string | undefined {
  const parts = listParts(input, "both");
  // Found without calling it, because it may do what it should only do for a job.
  const asynchronous = parts.find(hasAsyncFunction);
  if (asynchronous !== undefined) {
    return `${nameOf(asynchronous)} has an async function, which nobody waits for: expected it in run()`;
  }
  // From the inside: what is broken is named as closely as it can be.
  for (const part of parts.toReversed()) {
    // A function alone is what a part begins with, and returns what that goes on with.
    if (typeOf(part.schema) === "transform") continue;
    const samples = [...listSamples(part.schema), ...(part.path.length === 0 ? examples : [])];
    for (const sample of samples) {
      const applied = applyTwice(part.schema, sample);
      if (applied.kind === "broken") {
        return (
          `${nameOf(part)} ${applied.problem}, tried with ${JSON.stringify(sample)}: expected a schema ` +
          "that answers at once, and takes what it returns; what else there is to do belongs into run()"
        );
      }
    }
  }
  return undefined;
}

function hasAsyncFunction({ schema: { _zod: internals } }: SchemaPart): boolean {
  const { checks = [], ...def } = internals.def;
  return [def, ...checks.flatMap(({ _zod: check }) => [check, check.def])]
    .flatMap((holder) => Object.values({ ...holder }))
    .some((value) => typeof value === "function" && value.constructor.name === "AsyncFunction");
}

/** Whatever else zod has to say against a part. */
function findUndescribed(input: z.ZodObject): string | undefined {
  if (describe(input) === undefined) return undefined;
  const parts = listParts(input, "input").toReversed();
  const part = parts.find(({ schema }) => describe(schema) !== undefined);
  return `${part === undefined ? "its input" : nameOf(part)} is nothing that JSON can hold: ${describe(part?.schema ?? input)}`;
}

/** Why there is no JSON Schema of what it takes, or `undefined`. */
function describe(schema: z.core.$ZodType): string | undefined {
  try {
    JSON.stringify(z.toJSONSchema(schema, { io: "input" }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function nameOf({ path }: SchemaPart): string {
  return path.length === 0 ? "its input" : `its input "${path.join(".")}"`;
}
