/** A call that Systems Manager refused, in the form of the SDK's errors: `name` is the exception's. */
export class SsmError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }

  /** Reads a refusal. One that is not of the protocol has no name that anybody knows, but its status. */
  static of(status: number, headers: Readonly<Record<string, string>>, body: string): SsmError {
    const { __type: type, message, Message } = fieldsOf(body);
    const written = headers['x-amzn-errortype'] ?? type;
    // Written as `<namespace>#<name>:<address of a schema>`, of which either end may be missing.
    const name = /^(?:[^#:]*#)?([A-Za-z]+)/.exec(typeof written === 'string' ? written : '')?.[1];
    return new SsmError(name ?? 'Unknown', String(message ?? Message ?? `answered ${status}`), status);
  }
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
