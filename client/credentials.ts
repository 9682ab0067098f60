/** A person's access token. */
export interface TokenCredentials {
  readonly token: string;
}

/** AWS keys of a service; requests are signed with them by SigV4. */
export interface KeyCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Where the API is deployed: the signature names it. */
  readonly region: string;
}

export type Credentials = TokenCredentials | KeyCredentials;

/** Which caller's credentials are looked for where none are given. */
export type CallerKind = 'person' | 'admin' | 'service';
