import { z } from "zod";
import { outcomeExtension } from "../../src/contract/openapi.ts";
import { paths } from "../../src/contract/paths.ts";

/** A task as a deployment describes it to everybody. */
export interface OfferedTask {
  readonly name: string;
  /** The JSON Schema of its input. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly examples: readonly OfferedExample[];
}

export interface OfferedExample {
  readonly input: Readonly<Record<string, unknown>>;
  /** What the job must come to. */
  readonly outcome: { readonly result?: unknown; readonly failure?: string | undefined };
}

const anything = z.record(z.string(), z.unknown());
const example = z.object({
  value: z.object({ task: z.string(), input: anything }),
  [outcomeExtension]: z.object({ result: z.unknown().optional(), failure: z.string().optional() }),
});
const body = z.object({
  schema: z.object({
    oneOf: z.array(
      z.object({
        properties: z.object({ task: z.object({ const: z.string() }), input: anything }),
      }),
    ),
  }),
  examples: z.record(z.string(), example),
});
const content = z.object({ content: z.object({ "application/json": body }) });
const openApi = z.object({
  paths: z.object({ [paths.api]: z.object({ post: z.object({ requestBody: content }) }) }),
});

/** The tasks that an OpenAPI document of ours offers. Throws for any other document. */
export function readOfferedTasks(document: unknown): OfferedTask[] {
  const { data, error } = openApi.safeParse(document);
  if (data === undefined) {
    const { path, message } = error.issues[0] ?? { path: [], message: "" };
    throw new Error(`at "${path.join(" ")}": ${message}`);
  }
  const { requestBody } = data.paths[paths.api].post;
  const { schema, examples } = requestBody.content["application/json"];
  return schema.oneOf.map(({ properties: { task, input } }) => ({
    name: task.const,
    schema: input,
    examples: Object.values(examples)
      .filter(({ value }) => value.task === task.const)
      .map(({ value, [outcomeExtension]: outcome }) => ({ input: value.input, outcome })),
  }));
}
