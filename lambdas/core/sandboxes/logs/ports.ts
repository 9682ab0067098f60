/** Some lines of a log, and the token of the place behind them; none while there is no log. */
export interface LogPiece {
  readonly lines: readonly { readonly atMs: number; readonly message: string }[];
  readonly token: string | undefined;
}

export interface SandboxLogs {
  /**
   * The next lines behind a token, at most `limit`; the same token again says that there are no more yet. Without a token,
   * from the start. Throws `invalid_request` for a token that is none.
   */
  read(taskId: string, token: string | undefined, limit: number): Promise<LogPiece>;
}
