/** The parts of a SigV4 Authorization header. */
export interface Authorization {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower case. */
  readonly signedHeaders: ReadonlySet<string>;
  /** 64 lower-case hex digits. */
  readonly signature: string;
}

const scheme = 'AWS4-HMAC-SHA256';

/** Reads an Authorization header; a string is AWS's message on what is wrong with it. */
export function parseAuthorization(header: string): Authorization | string {
  if (!header.startsWith(`${scheme} `)) return `Unsupported AWS 'algorithm': '${header.split(' ')[0]}'.`;
  const fields = new Map<string, string>();
  for (const part of header.slice(scheme.length).split(',')) {
    const [, name, value] = /^\s*(\w+)=(\S*)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) {
      return `'${part.trim()}' not a valid key=value pair in Authorization header.`;
    }
    fields.set(name, value);
  }
  const missing = ['Credential', 'SignedHeaders', 'Signature'].filter((name) => !fields.get(name));
  if (missing.length > 0) return missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' ');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = '', ...more] =
    fields.get('Credential')?.split('/') ?? [];
  if (!accessKeyId || terminator !== 'aws4_request' || more.length > 0) {
    return `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '${fields.get('Credential')}'`;
  }
  const signature = fields.get('Signature') ?? '';
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'Signature must be 64 lower-case hexadecimal digits.';
  const signedHeaders = new Set(fields.get('SignedHeaders')?.toLowerCase().split(';'));
  return { accessKeyId, date, region, service, signedHeaders, signature };
}
