import { AwsError } from '../aws/aws-error.ts';
import type { IssuedKey } from '../aws/keys.ts';
import type { Context } from '../policy/conditions.ts';
import { isAllowed } from '../policy/is-allowed.ts';

type Conditions = Readonly<Record<string, string | undefined>>;

/**
 * What the signer of a request may do. A session of an assumed role may what its role's policy and the session's own
 * both allow. Roles of functions and whoever deploys may everything, as in the other stand-ins; the task's role and
 * callers of the API nothing, as deployed.
 */
export class Access {
  readonly #signer: IssuedKey;

  constructor(signer: IssuedKey) {
    this.#signer = signer;
  }

  allows(action: string, resource: string, conditions: Conditions = {}): boolean {
    const { policies, principal } = this.#signer;
    if (!policies) return principal.kind === 'function';
    return isAllowed(policies, { action, resource, context: this.#context(conditions) });
  }

  /** Throws AccessDenied unless it may. */
  require(action: string, resource: string, conditions: Conditions = {}): void {
    if (this.allows(action, resource, conditions)) return;
    const { arn } = this.#signer.principal;
    const message = `User: ${arn} is not authorized to perform: ${action} on resource: "${resource}"`;
    throw new AwsError('AccessDenied', message, 403);
  }

  #context(conditions: Conditions): Context {
    const { principal, tags = {} } = this.#signer;
    const context = new Map([
      ['aws:principalarn', principal.arn],
      ['aws:principalaccount', principal.accountId],
      ['aws:userid', principal.callerId],
      // A caller on this machine is as safe as one by TLS.
      ['aws:securetransport', 'true'],
      ['aws:resourceaccount', principal.accountId],
    ]);
    for (const [key, value] of Object.entries(tags)) context.set(`aws:principaltag/${key.toLowerCase()}`, value);
    for (const [key, value] of Object.entries(conditions)) if (value !== undefined) context.set(key, value);
    return context;
  }
}

/** As policies name a bucket. */
export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
/** As policies name an object. */
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;
