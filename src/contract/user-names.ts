/** What somebody may be called in the file of users, whether that signs in or sends a token. */
export const userNamePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
