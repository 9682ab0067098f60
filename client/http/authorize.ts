import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../../contract/clock.ts';
import type { Credentials } from '../credentials.ts';
import type { HttpRequest } from './request.ts';
import { Sha256 } from './sha256.ts';

/** The request's headers with the proof of who sends it: a bearer token, or a signature of the whole request. */
export async function authorize(
  request: HttpRequest,
  credentials: Credentials,
  clock: Clock,
): Promise<Record<string, string>> {
  if (request.open) return { ...request.headers };
  if ('token' in credentials) return { ...request.headers, authorization: `Bearer ${credentials.token}` };
  const { region, accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  });
  const { host, hostname, pathname, protocol } = request.url;
  const signed = await signer.sign(
    {
      method: request.method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(request.query),
      headers: { ...request.headers, host },
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    { signingDate: new Date(clock.now()) },
  );
  // fetch writes the host by itself, from the URL.
  const { host: _, ...headers } = signed.headers;
  return headers;
}
