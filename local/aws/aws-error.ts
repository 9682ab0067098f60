/** A failure as an AWS service answers it: `name` is AWS's own error name, `extra` further fields of the answer. */
export class AwsError extends Error {
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, status = 400, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.status = status;
    this.extra = extra;
  }
}
