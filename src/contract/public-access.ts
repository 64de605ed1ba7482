/**
 * What strangers may do on the public listener: submit, and see what they know the id of; look at a
 * page once they have signed in; or nothing but look at a job's page whose address they were told.
 */
export const publicAccess = ["open", "signed-in", "off"] as const;
export type PublicAccess = (typeof publicAccess)[number];
