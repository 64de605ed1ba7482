import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import type Router from "@koa/router";
import { isLeftover } from "../../task/task-files.ts";

const folder = new URL("./assets/", import.meta.url);

/** Files of packages, by the name they are served under. */
const vendored = {
  "uplot.js": import.meta.resolve("uplot/dist/uPlot.esm.js"),
  "uplot.css": import.meta.resolve("uplot/dist/uPlot.min.css"),
};

/**
 * Serves the files in `assets/`, and those of packages, at `/assets/`; a browser asks again each
 * time, and mostly gets a 304.
 */
export function registerAssets(router: Router): void {
  const own = readdirSync(folder)
    .filter((name) => !isLeftover(name))
    .map((name) => [name, new URL(name, folder)] as const);
  const theirs = Object.entries(vendored).map(([name, url]) => [name, new URL(url)] as const);
  for (const [name, url] of [...own, ...theirs]) {
    const body = readFileSync(url);
    const etag = createHash("sha256").update(body).digest("base64url");
    router.get(`/assets/${name}`, (ctx) => {
      ctx.set("Cache-Control", "no-cache");
      ctx.etag = etag;
      ctx.type = extname(name);
      ctx.body = body;
      if (ctx.fresh) ctx.status = 304;
    });
  }
}
