import { createBullBoard } from "@bull-board/api";

export interface BoardRoute {
  readonly method: string;
  /** With parameters such as `:jobId`. */
  readonly path: string;
}

/** Every route of Bull Board's API, by its own table: those of a new version are among them. */
export function readBoardRoutes(): BoardRoute[] {
  const routes: BoardRoute[] = [];
  const adapter: Parameters<typeof createBullBoard>[0]["serverAdapter"] = {
    setQueues: () => adapter,
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
    setEntryRoute: () => adapter,
    setErrorHandler: () => adapter,
    setUIConfig: () => adapter,
    setApiRoutes(table) {
      for (const { method, route } of table) {
        for (const one of [method].flat()) {
          for (const path of [route].flat()) routes.push({ method: one.toUpperCase(), path });
        }
      }
      return adapter;
    },
  };
  createBullBoard({ queues: [], serverAdapter: adapter });
  return routes;
}
