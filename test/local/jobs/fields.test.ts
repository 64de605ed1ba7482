import { expect, test } from "vitest";
import { z } from "zod";
import { readFields } from "../../../src/local/jobs/fields.ts";
import { describeFields, type InputSchema } from "../../../src/local/jobs/input-schema.ts";

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});
const schema = z.toJSONSchema(
  z.strictObject({
    text: z.string().meta({ description: "Any." }),
    count: z.int().default(3),
    on: z.boolean().optional(),
    size: z.enum(["2", "s"]),
    either: z.union([z.string(), z.number()]),
    level: z.literal([1, "max"]),
    maybe: z.number().nullable(),
    list: z.array(z.number()),
    tree: tree.optional(),
  }),
  { io: "input" },
) as InputSchema;

test.each([
  ["text=10", '{"text":"10"}'],
  ["text=", '{"text":""}'],
  ["text=a=b", '{"text":"a=b"}'],
  ["count=10", '{"count":10}'],
  ["count=1.50", '{"count":1.50}'],
  ["count=12345678901234567890", '{"count":12345678901234567890}'],
  ["count=ten", '{"count":"ten"}'],
  ["on=true", '{"on":true}'],
  ["size=2", '{"size":"2"}'],
  ["either=2", '{"either":2}'],
  ["either=two", '{"either":"two"}'],
  ['either="2"', '{"either":"\\"2\\""}'],
  ["either=true", '{"either":"true"}'],
  ["level=1", '{"level":1}'],
  ["level=max", '{"level":"max"}'],
  ["maybe=null", '{"maybe":null}'],
  ["list=[1,2]", '{"list":[1,2]}'],
  ['tree={"name":"a","children":[]}', '{"tree":{"name":"a","children":[]}}'],
  ["unknown=1", '{"unknown":1}'],
  ["unknown=a", '{"unknown":"a"}'],
  ["__proto__=1", '{"__proto__":1}'],
])("reads %s as %s", (text, json) => {
  expect(JSON.stringify(readFields([text], schema))).toBe(json);
});

test("tells of each field what it takes", () => {
  expect(describeFields(schema)).toEqual([
    "  text    string              Any.",
    "  count   integer, default 3",
    "  on      boolean, optional",
    '  size    "2" or "s"',
    "  either  string or number",
    '  level   1 or "max"',
    "  maybe   number or null",
    "  list    array",
    "  tree    object, optional",
  ]);
});
