import type { ClientError } from "./errors.ts";

/** As much of the platform's own as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where jobs are sent, and how long that is tried. */
export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
  /** For one request to be answered. */
  readonly requestMs: number;
  /** For a request that is refused for now, or not answered, to be made again. */
  readonly retryMs: number;
  readonly onRetry: (error: ClientError, pauseMs: number) => void;
}

/** Throws a `TypeError` for what no server's address can be. */
export function readServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`"${text}" is no address, expected one like "http://localhost:8080"`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("the address has a login, expected one without: the API asks for none");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
