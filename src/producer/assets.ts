import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import type Router from "@koa/router";

const folder = new URL("./assets/", import.meta.url);

/** Serves the files in `assets/` at `/assets/`; a browser asks again each time, and mostly gets a 304. */
export function registerAssets(router: Router): void {
  for (const name of readdirSync(folder)) {
    const body = readFileSync(new URL(name, folder));
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
