import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';

type Fault = readonly [ErrorCode, string];

const noConnection = (why: string): Fault => ['unreachable', `can't connect: ${why}`];
const otherAuthority = noConnection(
  'its certificate is signed by nobody who is trusted here; NODE_EXTRA_CA_CERTS names a file of further authorities',
);
const noTls: Fault = ['bad_answer', 'is answered by something that speaks no HTTPS'];
const noHttp: Fault = ['bad_answer', 'is answered by something that speaks no HTTP'];
const lost: Fault = ['connection_lost', 'lost its connection'];

// With those that are unreachable the request never left: the other side can't have acted on it.
const faults: ReadonlyMap<string, Fault> = new Map([
  ['ECONNREFUSED', noConnection('nothing listens there')],
  ['ENOTFOUND', noConnection('there is no host of that name')],
  ['EAI_AGAIN', noConnection("the host's name can't be looked up now")],
  ['EHOSTUNREACH', noConnection('no way leads to that host')],
  ['ENETUNREACH', noConnection('no way leads to that network')],
  ['UND_ERR_CONNECT_TIMEOUT', noConnection('the host does not answer')],
  ['CERT_HAS_EXPIRED', noConnection('its certificate has expired')],
  ['CERT_NOT_YET_VALID', noConnection('its certificate is not valid yet')],
  ['ERR_TLS_CERT_ALTNAME_INVALID', noConnection('its certificate is for another host')],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', otherAuthority],
  ['SELF_SIGNED_CERT_IN_CHAIN', otherAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT', otherAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', otherAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', otherAuthority],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls],
]);

const causeOf = (error: unknown): (Error & { readonly code?: unknown }) | undefined =>
  error instanceof Error && error.cause instanceof Error ? error.cause : undefined;

function told(where: string, [code, words]: Fault, error: unknown): SandboxError {
  const cause = causeOf(error);
  const said = cause && String(cause.code ?? cause.message).slice(0, 200);
  return new SandboxError(code, `${where} ${words}${said ? ` (${said})` : ''}`, { cause: error });
}

/** What a `fetch` that failed before an answer began means to a caller. `where` is the request. */
export function noAnswer(where: string, error: unknown): SandboxError {
  const cause = causeOf(error);
  const fault = cause?.name === 'HTTPParserError' ? noHttp : faults.get(String(cause?.code));
  return told(where, fault ?? lost, error);
}

/** What an answer that broke off while it was read means to a caller. */
export const cutAnswer = (where: string, error: unknown): SandboxError => told(where, lost, error);
