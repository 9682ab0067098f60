// A cursor is a token and nothing more: whose log is meant comes from the caller's own sandbox each time.

/** The cursor of a token, as it travels in a query. */
export const cursorOf = (token: string | undefined): string | null =>
  token === undefined ? null : Buffer.from(token).toString('base64url');

/** The token of a cursor. Whether it is one, the log says that it is for. */
export const tokenOf = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('latin1');
