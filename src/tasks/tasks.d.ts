// Written by "npm start", "npm run new" and "npm run docs" from the files beside it.

/** The tasks by their names, as `createClient<Tasks>` takes them. */
export interface Tasks {
  readonly "clock-changes": typeof import("./clock-changes.ts").default;
  readonly divide: typeof import("./divide.ts").default;
  readonly primes: typeof import("./primes.ts").default;
}
