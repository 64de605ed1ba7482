import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../../src/task/task.ts";
import { startProducer } from "../../support/producer.ts";
import { loadTwoTasks } from "../../support/second-task.ts";

const formType = "application/x-www-form-urlencoded";

test.each([
  ["a field twice", "x=1&y=2&x=3", 400, "The form has the field &quot;x&quot; twice."],
  ["a broken percent sign", "x=%zz&y=2", 400, "which is not percent-encoded UTF-8"],
  ["invalid UTF-8", "x=%ff&y=2", 400, "which is not percent-encoded UTF-8"],
  ["a lone surrogate", "x=%ED%A0%80&y=2", 400, "which is not percent-encoded UTF-8"],
  ["1e999", "x=1e999&y=2", 400, "1e999 is beyond what a double can hold"],
  ["no fields", "", 422, "Enter a number."],
  ["an empty number", "x=&y=2", 422, "Enter a number."],
  ["a hexadecimal number", "x=0x10&y=2", 422, "Enter a number."],
  ["an unknown field", "x=1&y=2&z=3", 422, "There is no field &quot;z&quot;: leave it out."],
  [
    "job options",
    "x=1&y=2&attempts=9",
    422,
    "There is no field &quot;attempts&quot;: leave it out.",
  ],
  [
    "__proto__",
    "x=1&y=2&__proto__=5",
    422,
    "There is no field &quot;__proto__&quot;: leave it out.",
  ],
  [
    "constructor",
    "x=1&y=2&constructor=5",
    422,
    "There is no field &quot;constructor&quot;: leave it out.",
  ],
  [
    "more than 8 KB",
    `x=${"1".repeat(9_000)}&y=2`,
    413,
    "What you entered is longer than a form may be: shorten it. Go back,",
  ],
])("a form of %s is refused with a page and queues nothing", async (_, body, status, told) => {
  const { url, queue } = await startProducer();
  const response = await postForm(url, "quotient", body);

  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    status,
    "text/html; charset=utf-8",
    expect.stringContaining(told),
  ]);
  expect(await queue.count()).toBe(0);
});

test("a form sent as JSON is refused", async () => {
  const { url, queue } = await startProducer();
  const response = await postForm(url, "quotient", '{"x":1,"y":2}', "application/json");

  expect([response.status, await response.text()]).toEqual([
    415,
    expect.stringContaining("The form must be sent as application/x-www-form-urlencoded."),
  ]);
  expect(await queue.count()).toBe(0);
});

test.each(["nope", "__proto__", "constructor", "%2e%2e%2fquotient"])(
  "a form for the task %s is answered 404",
  async (task) => {
    const { url, queue } = await startProducer();
    const response = await postForm(url, task, "x=1&y=2");

    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining("There is no task"),
    ]);
    expect(await queue.count()).toBe(0);
  },
);

test.each(['{"__proto__":{"a":"b"}}', '{"__proto__":"b"}', '{"constructor":{"prototype":"b"}}'])(
  "a form field of JSON is refused when it holds %s",
  async (spelling) => {
    const { url, queue } = await startProducer({ tasks: await loadTwoTasks() });
    const body = new URLSearchParams({ text: "ho", spelling }).toString();
    const response = await postForm(url, "repeat", body);

    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringContaining("Enter an object, such as {&quot;a&quot;: &quot;b&quot;}."),
    ]);
    expect(await queue.count()).toBe(0);
  },
);

test("the same form sent twice makes one job", async () => {
  const { url, queue } = await startProducer();
  const body = "x=10&y=2&idempotency_key=4711";
  const first = await postForm(url, "quotient", body);
  const second = await postForm(url, "quotient", body);

  expect([first.status, second.status]).toEqual([303, 303]);
  expect(second.headers.get("location")).toBe(first.headers.get("location"));
  expect(await queue.count()).toBe(1);
});

test("a form that says -0 makes a job of 0", async () => {
  const { url, queue } = await startProducer();
  const response = await postForm(url, "quotient", "x=-0&y=2&delayMs=0");
  const jobs = await queue.getJobs();

  expect([response.status, jobs.map(({ data }) => data)]).toEqual([
    303,
    [{ x: 0, y: 2, delayMs: 0 }],
  ]);
});

test("a choice that may be left out starts with an empty one", async () => {
  const input = z.strictObject({ size: z.enum(["small", "large"]).optional() });
  const task = defineTask({
    title: "Wrap",
    description: "Wraps nothing.",
    input,
    timeLimitMs: 1_000,
    run: () => Promise.resolve(),
  });
  const { url, queue } = await startProducer({ tasks: new Map([["wrap", task]]) });
  const page = await (await fetch(url)).text();
  const { status } = await postForm(url, "wrap", "size=");
  const jobs = await queue.getJobs();

  expect(page.match(/<option.*<\/option>/g)).toEqual([
    '<option value="">None</option>',
    "<option>small</option><option>large</option>",
  ]);
  expect([status, jobs.map(({ data }) => data)]).toEqual([303, [{}]]);
});

test("a choice that has to be made is not made for anybody", async () => {
  const task = defineTask({
    title: "Wrap",
    description: "Wraps nothing.",
    input: z.strictObject({ size: z.enum(["small", "large"]) }),
    timeLimitMs: 1_000,
    run: () => Promise.resolve(),
  });
  const { url } = await startProducer({ tasks: new Map([["wrap", task]]) });
  const page = await (await fetch(url)).text();
  const refused = await postForm(url, "wrap", "size=");

  expect(page.match(/<option.*<\/option>/g)).toEqual([
    '<option value="">Choose one</option>',
    "<option>small</option><option>large</option>",
  ]);
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining("Choose one of what there is to choose from."),
  ]);
});

test("where a form was sent to, there is one", async () => {
  const { url } = await startProducer();
  const refused = await postForm(url, "quotient", "x=1");
  const again = await fetch(refused.url);

  expect([refused.status, again.status, await again.text()]).toEqual([
    422,
    200,
    expect.stringContaining("<h1>Quotient</h1>"),
  ]);
});

async function postForm(
  url: string,
  task: string,
  body: string,
  type = formType,
): Promise<Response> {
  return fetch(`${url}/tasks/${task}`, {
    method: "POST",
    headers: { "content-type": type, origin: url },
    body,
    redirect: "manual",
  });
}
