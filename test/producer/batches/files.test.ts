import { expect, test } from "vitest";
import {
  fileHead,
  keepFile,
  readFigures,
  submitFile,
  uploadFile,
  uploadInTime,
  writeDivisions,
} from "../../support/file-batch.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const read = async (url: string, path: string) => (await fetch(`${url}${path}`)).text();

test("a file is shown as it would be submitted, and nothing is until it is asked for", async () => {
  const { url, queue } = await startProducer();
  const path = await keepFile(url, "y;x\r\n2;1.5\r\n0;zwei\r\n4;8\r\n");
  const page = await read(url, path);
  expect(page).toContain("Submit 2 jobs");
  expect(page).toContain("1 row left out");
  expect(page).toMatch(/Row 3:[\s\S]*<strong>x<\/strong>: Enter a number\./);
  // The default of what has no column.
  expect(page).toMatch(/<bdi>1\.5<\/bdi>[\s\S]*<bdi>2<\/bdi>[\s\S]*<bdi>5000<\/bdi>/);
  expect(await queue.count()).toBe(0);
});

test("each row makes one job, however often the file is submitted, and by whichever producer", async () => {
  const one = await startProducer();
  const other = await startProducer({ name: one.name });
  const path = await keepFile(one.url, writeDivisions(100));
  const answers = await Promise.all([
    submitFile(one.url, path),
    submitFile(other.url, path),
    submitFile(one.url, path),
  ]);
  // Two at once of a client are as many as there may be.
  expect(answers.map(({ status }) => status)).toContain(303);
  await until("all rows to be submitted", async () => {
    await submitFile(other.url, path);
    return (await readFigures(other.url, path))["Waiting"] === 100;
  });
  expect(await one.queue.count()).toBe(100);
  await startWorker(one.name);
  await until("all to succeed", async () => {
    const { Succeeded, Waiting, Working } = await readFigures(other.url, path);
    return Succeeded === 100 && Waiting === 0 && Working === 0;
  });
  expect(await read(other.url, path)).toContain("✓ 100 of 100 Quotient");
});

test("failures come first, and the results are the file again with what came of each row", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const path = await keepFile(url, '\uFEFFx;y;"Delay (ms)"\n10;4;0\n-1;0;0\n;1;0\n9;-3;0\n');
  await submitFile(url, path);
  await until("all to end", async () => (await read(url, path)).includes("✗ 3 of 3"));
  const page = await read(url, path);
  expect(page.indexOf("Row 3")).toBeLessThan(page.lastIndexOf("Row 2"));
  const response = await fetch(`${url}${path}/results.csv`);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="quotient-\w+\.csv"$/,
  );
  const bytes = Buffer.from(await response.arrayBuffer());
  const lines = bytes.toString().split("\r\n");
  expect(lines.map((line) => line.replace(/;[a-z2-7]{26};/, ";ID;"))).toEqual([
    "\uFEFFx;y;delayMs;id;state;result;error_type;error",
    "10;4;0;ID;succeeded;2.5;;",
    "-1;0;0;ID;failed;;division_by_zero;cannot divide -1 by zero",
    ";1;0;;refused;;;x: Enter a number.",
    "9;-3;0;ID;succeeded;-3;;",
    "",
  ]);
});

test("what is over a client's limit is left, told, and submitted later", async () => {
  const { url, name, queue } = await startProducer({ limits: { unfinishedPerClient: 100 } });
  const path = await keepFile(url, writeDivisions(180));
  expect((await submitFile(url, path)).status).toBe(303);
  const page = await read(url, path);
  expect(page).toContain("80 rows are not submitted yet");
  expect(page).toContain("100 jobs from here have not ended yet");
  expect(page).toContain("Submit the other 80 jobs");
  expect(await queue.count()).toBe(100);
  await startWorker(name);
  await until("the first to end", async () => (await readFigures(url, path))["Succeeded"] === 100);
  await until("all to end", async () => {
    await submitFile(url, path);
    return (await read(url, path)).includes("✓ 180 of 180");
  });
});

test("rows count as submissions of their client", async () => {
  const { url, queue } = await startProducer({ limits: { ratePerMinute: 50 } });
  const path = await keepFile(url, writeDivisions(60));
  await submitFile(url, path);
  // The upload was one, or more where it was sent again, and so is each row.
  const count = await queue.count();
  expect(count).toBeGreaterThan(30);
  expect(count).toBeLessThan(50);
  expect(await read(url, path)).toContain("Too many submissions from here.");
});

test("jobs that are no longer kept are told as such", async () => {
  const { url, queue } = await startProducer();
  const path = await keepFile(url, writeDivisions(2));
  await submitFile(url, path);
  const [job] = await queue.getWaiting();
  await queue.remove(job?.id ?? "");
  const figures = await readFigures(url, path);
  expect([figures["Waiting"], figures["No longer kept"]]).toEqual([1, 1]);
  expect(await (await fetch(`${url}${path}/results.csv`)).text()).toMatch(/;?,gone,/);
});

test.each([
  ["a,b\n1,2", 422, "There is no field &quot;a&quot;."],
  ["a,b\n1,2", 422, "The columns may be x, y, and if wanted delayMs."],
  ["x\n1", 422, "The column &quot;y&quot; is missing"],
  ["x,y\n", 422, "The file has no rows below the names of its columns."],
  ["", 422, "The file is empty"],
  ['x,y\n1,"2', 422, "A quote that opens at or before line 2 is closed nowhere."],
  [writeDivisions(1_001), 422, "The file has too many rows, expected at most 1000: split it."],
  [`x,y\n${"1,2\n".repeat(1_100_000)}`, 413, "The file must not exceed 4194304 bytes."],
])(
  "a file that cannot be taken is told of on the form, and nothing is kept (%#)",
  async (file, status, told) => {
    const { url, redis, name } = await startProducer();
    const response = await uploadFile(url, file);
    const page = await response.text();
    expect([response.status, page.includes(told) || page]).toEqual([status, true]);
    expect(page).toContain("Submit many from a file");
    expect(await redis.keys(`{tripod:${name}}:${name}:file*`)).toEqual([]);
  },
);

test("a form without a file is told so", async () => {
  const { url } = await startProducer();
  const body = new FormData();
  body.append("other", "text");
  const response = await fetch(`${url}/tasks/quotient/file`, {
    method: "POST",
    body,
    headers: { origin: url },
  });
  expect([response.status, await response.text()]).toEqual([
    422,
    expect.stringContaining("The form has no file, choose one first."),
  ]);
});

test("a body that ends early, or is another form's, is refused", async () => {
  const { url } = await startProducer();
  const post = async (type: string, body: string, headers = {}) =>
    (
      await fetch(`${url}/tasks/quotient/file`, {
        method: "POST",
        body,
        redirect: "manual",
        headers: { origin: url, "content-type": type, ...headers },
      })
    ).status;
  expect(
    await post(
      "multipart/form-data; boundary=b",
      "--b\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\nx,y",
    ),
  ).toBe(400);
  // Nobody reads a file any more whose first row is wrong.
  const wrong = `${fileHead("a.csv")}a,b\n${"1,2\n".repeat(100_000)}`;
  expect(await post("multipart/form-data; boundary=b", wrong)).toBe(400);
  expect(await post("multipart/form-data", "x")).toBe(400);
  const whole = `${fileHead("a.csv")}x,y\n1,2\n\r\n--b--\r\n`;
  const type = "multipart/form-data; boundary=b";
  expect(await post(type, whole)).toBe(303);
  expect(await post(type, whole, { "content-encoding": "gzip" })).toBe(415);
  expect(await post(type, whole.replace("--b--", "").repeat(2).concat("--b--\r\n"))).toBe(422);
  const field = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n';
  expect(await post(type, field.repeat(3) + whole)).toBe(422);
  expect(await post(`${type}${"c".repeat(80)}`, whole)).toBe(400);
  expect(await post("application/x-www-form-urlencoded", "file=1")).toBe(415);
});

test("a form that says nothing of where it comes from, or comes from elsewhere, is refused", async () => {
  const { url } = await startProducer();
  const statuses = await Promise.all(
    [{ origin: "http://evil.example" }, { origin: "" }].map(
      async (headers) => (await uploadFile(url, writeDivisions(1), headers)).status,
    ),
  );
  expect(statuses).toEqual([403, 403]);
});

test("what a client leaves unsubmitted makes room for what it sends next", async () => {
  const { url } = await startProducer();
  const paths: string[] = [];
  for (let i = 0; i < 5; i += 1) paths.push(await keepFile(url, writeDivisions(1)));
  const statuses = await Promise.all(
    paths.map(async (path) => (await fetch(`${url}${path}`)).status),
  );
  expect(statuses).toEqual([404, 404, 200, 200, 200]);
});

test("whoever has sent files from a browser finds the latest of them again, and nobody else does", async () => {
  const { url } = await startProducer();
  let cookie = `tripod-files=${"a".repeat(26)}`;
  const paths: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const sent = await uploadInTime(url, writeDivisions(2), { cookie });
    paths.unshift(sent.headers.get("location") ?? "");
    [cookie = ""] = sent.headers.getSetCookie().map((one) => one.split(";")[0] ?? "");
    // Those before go where a client has more than three that wait.
    await submitFile(url, paths[0] ?? "");
  }
  for (const place of ["/", "/tasks/quotient"]) {
    const page = await (await fetch(`${url}${place}`, { headers: { cookie } })).text();
    const found = page.matchAll(/href="(\/batches\/\w+)"/g);
    expect([...found].map(([, path]) => path)).toEqual(paths.slice(0, 5));
    expect(page).toMatch(/pill idle">submitted<[\s\S]*<bdi>rows\.csv<\/bdi>[\s\S]*2 rows/);
  }
  expect(await read(url, "/")).not.toContain("Your files");
});
