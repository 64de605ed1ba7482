/** What somebody may do on the operators' listener, from the least on: a viewer looks, an operator acts, too. */
export const roles = ["viewer", "operator"] as const;
export type Role = (typeof roles)[number];
