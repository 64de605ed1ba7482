import { expect, test } from "vitest";
import { assetPath, nameSet } from "../../../src/producer/pages/asset-files.ts";
import { startProducer } from "../../support/producer.ts";

/** As a browser asks that has an answer already; fetch by itself would want a new one. */
const revalidating = { "cache-control": "max-age=0" };
const immutable = "public, max-age=31536000, immutable";

test("a page's files are asked for once, at addresses that are these very files' own", async () => {
  const { url } = await startProducer();
  const page = await (await fetch(`${url}/overview`)).text();
  const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThanOrEqual(6);
  const answers = await Promise.all(named.map((path) => fetch(`${url}${path}`)));
  expect(answers.map(({ status, headers }) => [status, headers.get("cache-control")])).toEqual(
    named.map(() => [200, immutable]),
  );
});

test("files that change in any way are a set with another name", () => {
  const files = new Map([
    ["a.js", "1"],
    ["b.js", "2"],
  ]);
  const changed = [
    files,
    new Map([...files, ["a.js", "3"]]),
    new Map([...files, ["c.js", ""]]),
    new Map([["a.js", "1"]]),
  ];
  expect(new Set(changed.map(nameSet)).size).toBe(changed.length);
  expect(nameSet(new Map(files))).toBe(nameSet(files));
});

test("a page of another release gets the files there are, and asks again each time", async () => {
  const { url } = await startProducer();
  const paths = ["/assets/of-before/style.css", "/assets/style.css", "/assets/places.js"];
  for (const path of paths) {
    const answer = await fetch(`${url}${path}`);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-cache"]);
    const etag = answer.headers.get("etag") ?? "";
    const headers = { ...revalidating, "if-none-match": etag };
    const again = await fetch(`${url}${path}`, { headers });
    expect([again.status, again.headers.get("etag")]).toEqual([304, etag]);
  }
  expect((await fetch(`${url}/assets/of-before/nothing.css`)).status).toBe(404);
});

test.each(["uplot.js", "uplot.css", "overview.js", "style.css"])(
  "%s comes compressed as the client asks, and is the same file",
  async (name) => {
    const { url } = await startProducer();
    const ask = async (accepted: string) => {
      const headers = { "accept-encoding": accepted };
      const answer = await fetch(`${url}${assetPath(name)}`, { headers });
      const { headers: told } = answer;
      const coding = told.get("content-encoding");
      expect([answer.status, told.get("vary")]).toEqual([200, "Accept-Encoding"]);
      const length = Number(told.get("content-length"));
      return { coding, length, etag: told.get("etag"), text: await answer.text() };
    };
    const plain = await ask("identity");
    const gzip = await ask("gzip, deflate");
    const brotli = await ask("gzip, deflate, br, zstd");
    const refused = await ask("gzip;q=0, br;q=0");
    expect([plain, gzip, brotli, refused].map(({ coding }) => coding)).toEqual([
      null,
      "gzip",
      "br",
      null,
    ]);
    expect(new Set([plain, gzip, brotli].map(({ text }) => text)).size).toBe(1);
    expect(new Set([plain, gzip, brotli].map(({ etag }) => etag)).size).toBe(3);
    expect(gzip.length).toBeLessThan(plain.length * 0.6);
    expect(brotli.length).toBeLessThan(gzip.length);
  },
);

test("the plots' library is its minified build, as a module", async () => {
  const { url } = await startProducer();
  const answer = await fetch(`${url}${assetPath("uplot.js")}`);
  const text = await answer.text();
  expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(text).toMatch(/^\/\*! .*\bexport default uPlot;\n$/s);
  // The whole build has 145 KB.
  expect(text.length).toBeLessThan(60_000);
});

test("nothing is compressed that has a client's words or a secret in it", async () => {
  const { url } = await startProducer();
  const paths = [
    "/",
    "/tasks/quotient",
    "/overview",
    "/nowhere",
    "/api/v1/overview",
    "/api/nowhere",
  ];
  const headers = { "accept-encoding": "br, gzip" };
  const answers = await Promise.all(paths.map((path) => fetch(`${url}${path}`, { headers })));
  expect(answers.map((answer) => answer.headers.get("content-encoding"))).toEqual(
    paths.map(() => null),
  );
});

test("the API's document is asked for again each time, compressed, and comes only if it is new", async () => {
  const { url } = await startProducer();
  const answer = await fetch(`${url}/api/openapi.json`);
  const { headers } = answer;
  const etag = headers.get("etag") ?? "";
  expect([headers.get("cache-control"), headers.get("content-encoding")]).toEqual([
    "no-cache",
    "gzip",
  ]);
  expect(await answer.json()).toHaveProperty("openapi");
  const known = { ...revalidating, "if-none-match": etag };
  const again = await fetch(`${url}/api/openapi.json`, { headers: known });
  expect([etag === "", again.status, await again.text()]).toEqual([false, 304, ""]);
});
