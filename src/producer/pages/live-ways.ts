/** Where a page's own script follows what the page tells, and reads it where there is no stream. */
export interface LiveWays {
  readonly events: string;
  readonly state: string;
}

/** They are below the page, and for whoever may see it: the API may be closed to them. */
export function liveWaysOf(page: string): LiveWays {
  return { events: `${page}/events`, state: `${page}/state` };
}
