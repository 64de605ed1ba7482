import { z } from "zod";

/**
 * Why a task cannot have this input, or `undefined`: JSON must hold it, and what its schema makes of
 * a value must fit the schema again, as the producer and then the worker apply it.
 */
export function findInputProblem(input: z.ZodObject): string | undefined {
  try {
    z.toJSONSchema(input, { io: "input" });
  } catch (error) {
    return `its input is nothing that JSON can hold: ${error instanceof Error ? error.message : String(error)}`;
  }
  const transformed: string[] = [];
  z.toJSONSchema(input, {
    io: "output",
    unrepresentable: "any",
    override({ zodSchema, path }) {
      if (isTransformed(zodSchema)) transformed.push(path[0] === "properties" ? `${path[1]}` : "");
    },
  });
  if (transformed.length === 0) return undefined;
  return (
    `its input "${transformed[0]}" is transformed, which the worker would do again to what the ` +
    "producer has made of it: expected .overwrite(), which keeps the type, or the same in run()"
  );
}

/** What ends in a function of any other type, or is decoded; not what `z.preprocess` begins with one. */
function isTransformed({ _zod: { def } }: z.core.$ZodTypes): boolean {
  return def.type === "transform" || (def.type === "pipe" && def.reverseTransform !== undefined);
}
