import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../../../local/aws/keys.ts';
import { Sha256 } from '../../../local/aws/sha256.ts';

/** What a caller shows: a key to sign with, a token, or nothing. */
export type FetchCredentials = Credentials | { readonly token?: string };

interface SignedRequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Signing names, where a test signs for another one. */
  readonly region?: string;
  readonly service?: string;
  readonly signingDate?: Date;
}

export type SignedFetch = (path: string, init?: SignedRequestInit) => Promise<Response>;

/** `fetch` below a base URL with a caller's credentials. */
export function signedFetch(baseUrl: string, credentials: FetchCredentials): SignedFetch {
  return async (path, init = {}) => {
    const url = new URL(baseUrl + path);
    const { method = 'GET', body, signal } = init;
    const headers =
      'accessKeyId' in credentials
        ? await sign(url, method, credentials, init)
        : { ...init.headers, ...(credentials.token && { authorization: `Bearer ${credentials.token}` }) };
    return fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
      ...(signal ? { signal } : {}),
    });
  };
}

async function sign(url: URL, method: string, credentials: Credentials, init: SignedRequestInit) {
  const { region = 'us-east-1', service = 'execute-api', signingDate = new Date() } = init;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  const { host: _host, ...headers } = (
    await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query,
        headers: { ...init.headers, host: url.host },
        body: init.body,
      },
      { signingDate },
    )
  ).headers;
  return headers;
}
