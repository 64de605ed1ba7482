import type Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import { vi } from "vitest";
import { consolePaths, paths } from "../../src/contract/paths.ts";
import { type ProducerOptions, startProducer, type TestProducer } from "./producer.ts";

/** What a router answers to; its path has names where requests have values. */
export interface Place {
  readonly method: string;
  readonly path: string;
}

/** A producer, and all places of two of its listeners as the routers that it serves have them. */
export async function startListed(
  options: ProducerOptions,
): Promise<TestProducer & Readonly<Record<"publicPlaces" | "consolePlaces", readonly Place[]>>> {
  const spy = vi.spyOn(Koa.prototype, "callback");
  const producer = await startProducer(options);
  const listed = spy.mock.contexts.filter((app) => app instanceof Koa).map(listPlaces);
  spy.mockRestore();
  const having = (wanted: string) =>
    listed.find((places) => places.some(({ path }) => path === wanted)) ?? [];
  return {
    ...producer,
    publicPlaces: having(paths.api),
    consolePlaces: having(consolePaths.workers),
  };
}

function listPlaces({ middleware }: Koa): Place[] {
  return middleware
    .flatMap((layer: Middleware & { router?: Router }) => layer.router?.stack ?? [])
    .flatMap(({ methods, path }) =>
      methods
        .filter((method) => method !== "HEAD")
        .map((method) => ({ method, path: String(path) })),
    );
}
