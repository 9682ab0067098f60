/** Why a token was refused. */
export type TokenFailure = 'invalid' | 'expired' | 'not_an_access_token' | 'missing_scope';

/** A token that isn't accepted; `cause` has the library's own error where there is one. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenFailure;

  constructor(code: TokenFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
