/** What somebody may do on the operators' listener, from the least on: a viewer looks, an operator acts, too. */
export const roles = ["viewer", "operator"] as const;
export type Role = (typeof roles)[number];

/**
 * What a program may do with its token: submit, and see and cancel what it has submitted; look at any
 * job; or all of it.
 */
export const tokenRoles = ["submit", "view", "operate"] as const;
export type TokenRole = (typeof tokenRoles)[number];
