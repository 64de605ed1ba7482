import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../src/task/task.ts";
import { postJson, readBody } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";

/** Objects that may be left out, at each of two levels. */
const parcel = defineTask({
  title: "Parcel",
  description: "Sends something.",
  input: z.strictObject({
    what: z.string(),
    options: z
      .strictObject({
        gift: z.boolean().optional(),
        address: z.strictObject({ street: z.string(), number: z.int().optional() }).optional(),
      })
      .optional()
      .meta({ title: "Options" }),
  }),
  timeLimitMs: 1_000,
  run: () => Promise.resolve(),
});

const start = () => startProducer({ tasks: new Map([["parcel", parcel]]) });

const sendForm = (url: string, options: string) =>
  fetch(`${url}/tasks/parcel`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
    body: new URLSearchParams({ what: "a book", options }),
  });

test.each([
  ["", {}],
  ["{}", { options: {} }],
  ['{"gift":true}', { options: { gift: true } }],
  ['{"address":{"street":"Main"}}', { options: { address: { street: "Main" } } }],
  [
    '{"address":{"street":"Main","number":1}}',
    { options: { address: { street: "Main", number: 1 } } },
  ],
])("the form takes %j for an object that may be left out, as JSON", async (text, expected) => {
  const { url, queue } = await start();
  const { status } = await sendForm(url, text);
  const jobs = await queue.getJobs();
  expect([status, jobs.map(({ data }) => data)]).toEqual([303, [{ what: "a book", ...expected }]]);
});

test.each([
  ["{", 'Enter an object, such as {"a": "b"}.'],
  ["[]", 'Enter an object, such as {"a": "b"}.'],
  ['{"gift":1}', "At gift: "],
  ['{"address":{}}', "At address/street: Enter a text."],
  [
    '{"address":{"street":"Main","floor":2}}',
    'At address: There is no field "floor": leave it out.',
  ],
])("the form says of %j what is wrong with it, and keeps it", async (text, told) => {
  const { url, queue } = await start();
  const response = await sendForm(url, text);
  const page = (await response.text()).replaceAll("&quot;", '"');
  expect([response.status, page]).toEqual([422, expect.stringContaining(told)]);
  expect(page).toContain(text);
  expect(await queue.count()).toBe(0);
});

test.each([
  [{ options: null }, "/input/options"],
  [{ options: { gift: null } }, "/input/options/gift"],
  [{ options: { address: {} } }, "/input/options/address/street"],
  [{ options: { address: { street: "Main", floor: 2 } } }, "/input/options/address"],
])("the API names by its pointer what is wrong in %j", async (part, pointer) => {
  const { url } = await start();
  const body = { task: "parcel", input: { what: "a book", ...part } };
  const response = await postJson(`${url}/api/v1/jobs`, body);
  expect([response.status, await readBody(response)]).toEqual([
    422,
    expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
  ]);
});

test("the OpenAPI document has them as they are, required in no place where they may be left out", async () => {
  const { url } = await start();
  const { components } = await readBody(await fetch(`${url}/api/openapi.json`));
  expect(components.schemas.Submission_parcel.properties.input).toMatchObject({
    required: ["what"],
    additionalProperties: false,
    properties: {
      options: {
        type: "object",
        additionalProperties: false,
        properties: {
          gift: { type: "boolean" },
          address: {
            type: "object",
            required: ["street"],
            additionalProperties: false,
            properties: { street: { type: "string" }, number: { type: "integer" } },
          },
        },
      },
    },
  });
  expect(
    components.schemas.Submission_parcel.properties.input.properties.options,
  ).not.toHaveProperty("required");
});
