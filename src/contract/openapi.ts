/** Where the OpenAPI document says of an example how its job ends: `{ result }` or `{ failure }`. */
export const outcomeExtension = "x-outcome";
