import { createHash, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../contract/clock.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';

/** Who a key belongs to: a role or user that may call the API, a Lambda function's role, a task's role, a role that one of them assumed. */
export type PrincipalKind = 'service' | 'function' | 'task' | 'assumed';

export interface Principal {
  readonly kind: PrincipalKind;
  readonly accountId: string;
  readonly arn: string;
  /** IAM's unique id: `AIDA…` for a user, `AROA…:<session name>` for an assumed role. */
  readonly callerId: string;
  readonly accessKeyId: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch, machine time. */
  readonly expiresAt?: number;
}

export interface IssuedKey {
  readonly principal: Principal;
  readonly credentials: Credentials;
  /** What it may do where rights are enforced: each of them has to allow it. @default what its kind may */
  readonly policies?: readonly PolicyDocument[];
  /** Session tags: `aws:PrincipalTag/<key>` in policies. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What sets the session of an assumed role apart from others of the role. */
export interface AssumedSession extends Required<Pick<IssuedKey, 'policies' | 'tags'>> {
  readonly roleName: string;
  readonly sessionName: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
// How long an expired key is still answered with "expired" and not with "unknown".
const rememberExpiredMs = 3_600_000;

const lettersOf = (bytes: Uint8Array, length: number): string =>
  Array.from(bytes.subarray(0, length), (byte) => letters[byte % 32]).join('');

/** IAM's unique id of a user (`AIDA…`) or role (`AROA…`): the same name in the same account has the same id, always. */
export function uniqueId(prefix: 'AIDA' | 'AROA', accountId: string, name: string): string {
  return prefix + lettersOf(createHash('sha256').update(`${prefix}/${accountId}/${name}`).digest(), 17);
}

/**
 * Every key the stand-ins accept. Keys are random and live in memory only: another run doesn't know them.
 * Time is the machine's, since that is what the AWS SDK signs with and compares expiries to.
 */
export class Principals {
  readonly accountId: string;
  readonly clock: Clock;
  readonly #keys = new Map<string, IssuedKey>();

  constructor(options: { readonly accountId?: string; readonly clock?: Clock } = {}) {
    this.accountId = options.accountId ?? '000000000000';
    this.clock = options.clock ?? systemClock;
  }

  /** A long-lived key of an IAM user that may call the API. */
  issueService(userName: string): IssuedKey {
    const arn = `arn:aws:iam::${this.accountId}:user/${userName}`;
    return this.#issue({ kind: 'service', arn, callerId: uniqueId('AIDA', this.accountId, userName) });
  }

  /** Session credentials of a function's role; the session is named for the function, as Lambda does. */
  issueFunction(roleName: string, functionName: string, expiresAt?: number): IssuedKey {
    return this.issueSession('function', roleName, functionName, expiresAt);
  }

  /** Session credentials of a task: the session name is the task id, which only ECS can choose. */
  issueTask(roleName: string, taskId: string, expiresAt: number): IssuedKey {
    return this.issueSession('task', roleName, taskId, expiresAt);
  }

  /** Session credentials of any role; `expiresAt` in milliseconds since the epoch, none for the life of this run. */
  issueSession(kind: PrincipalKind, roleName: string, sessionName: string, expiresAt?: number): IssuedKey {
    return this.#issue(
      {
        kind,
        arn: `arn:aws:sts::${this.accountId}:assumed-role/${roleName}/${sessionName}`,
        callerId: `${uniqueId('AROA', this.accountId, roleName)}:${sessionName}`,
      },
      { sessionToken: randomBytes(192).toString('base64'), ...(expiresAt === undefined ? {} : { expiresAt }) },
    );
  }

  /** Session credentials as STS hands them out. */
  issueAssumed({ roleName, sessionName, expiresAt, policies, tags }: AssumedSession): IssuedKey {
    const key = { ...this.issueSession('assumed', roleName, sessionName, expiresAt), policies, tags };
    this.#keys.set(key.principal.accessKeyId, key);
    return key;
  }

  find(accessKeyId: string): IssuedKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** From now on the key is unknown. */
  revoke(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
  }

  #issue(
    who: Pick<Principal, 'kind' | 'arn' | 'callerId'>,
    session?: Pick<Credentials, 'sessionToken' | 'expiresAt'>,
  ): IssuedKey {
    this.#forgetExpired();
    const accessKeyId = (session ? 'ASIA' : 'AKIA') + lettersOf(randomBytes(16), 16);
    const secretAccessKey = randomBytes(30).toString('base64');
    const key: IssuedKey = {
      principal: { ...who, accountId: this.accountId, accessKeyId },
      credentials: { accessKeyId, secretAccessKey, ...session },
    };
    this.#keys.set(accessKeyId, key);
    return key;
  }

  #forgetExpired(): void {
    const oldest = this.clock.now() - rememberExpiredMs;
    for (const [id, { credentials }] of this.#keys) {
      if (credentials.expiresAt !== undefined && credentials.expiresAt < oldest) this.#keys.delete(id);
    }
  }
}
