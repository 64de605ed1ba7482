import { extname } from "node:path";
import type Router from "@koa/router";
import { createConstantBody } from "../http/constant-body.ts";
import { assetFiles, assetSet } from "./asset-files.ts";

/**
 * Serves the pages' files at `/assets/<set>/`, where they never change, so that a browser asks for
 * them once. Under another set's name, which a page has that was loaded from another release, and
 * under none, they are asked for each time, and mostly answered with 304.
 */
export function registerAssets(router: Router): void {
  for (const [name, text] of assetFiles) {
    const body = createConstantBody(extname(name), text);
    router.get(`/assets/${name}`, async (ctx) => {
      ctx.set("Cache-Control", "no-cache");
      await body.send(ctx);
    });
    router.get(`/assets/:set/${name}`, async (ctx) => {
      const isLatest = ctx.params["set"] === assetSet;
      ctx.set("Cache-Control", isLatest ? "public, max-age=31536000, immutable" : "no-cache");
      await body.send(ctx);
    });
  }
}
