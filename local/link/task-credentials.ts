import type { Principals } from '../aws/keys.ts';

const lifetimeMs = 3_600_000;
// Well before the SDK asks again, which it does five minutes before the end.
const renewBeforeEndMs = 15 * 60_000;

interface CredentialsAnswer {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

/** The credentials of one task's role. They last an hour and are renewed when asked for near their end. */
export class TaskCredentials implements Disposable {
  readonly #principals: Principals;
  readonly #roleArn: string;
  readonly #taskId: string;
  readonly #issued = new Set<string>();
  #current: CredentialsAnswer | undefined;
  #renewAt = 0;

  constructor(principals: Principals, roleArn: string, taskId: string) {
    this.#principals = principals;
    this.#roleArn = roleArn;
    this.#taskId = taskId;
  }

  /** As the task's credentials endpoint answers. */
  answer(): CredentialsAnswer {
    const now = this.#principals.clock.now();
    if (!this.#current || now >= this.#renewAt) {
      this.#current = this.#issue(now + lifetimeMs);
      this.#renewAt = now + lifetimeMs - renewBeforeEndMs;
    }
    return this.#current;
  }

  /** From now on none of its keys is known. */
  [Symbol.dispose](): void {
    for (const accessKeyId of this.#issued) this.#principals.revoke(accessKeyId);
  }

  #issue(expiresAt: number): CredentialsAnswer {
    const roleName = this.#roleArn.slice(this.#roleArn.lastIndexOf('/') + 1);
    const { credentials } = this.#principals.issueTask(roleName, this.#taskId, expiresAt);
    this.#issued.add(credentials.accessKeyId);
    return {
      RoleArn: this.#roleArn,
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.sessionToken ?? '',
      Expiration: new Date(expiresAt).toISOString(),
    };
  }
}
