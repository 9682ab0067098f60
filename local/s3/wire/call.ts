import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import type { Clock } from '../../../contract/clock.ts';
import type { Access } from '../access.ts';
import type { GivenSignature } from '../signing/read-signature.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** By lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** One request that was found to be an operation and to be signed by somebody. */
export interface S3Call {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly region: string;
  readonly request: IncomingMessage;
  /** Those of the request, and what a presigned URL carries in their place. */
  readonly headers: Headers;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** '' for operations on no bucket. */
  readonly bucket: string;
  /** '' for operations on no object. */
  readonly key: string;
  readonly signature: GivenSignature;
  readonly access: Access;
  /** What may befall a body on its way in. */
  readonly bodyFaults: readonly Transform[];
}

/** Contents that stay as they are until they are released, once. */
export interface S3Body {
  /** They lie in what `room` gives for each piece. @default fresh room */
  read(room?: () => Buffer): AsyncIterable<Buffer>;
  release(): Promise<void>;
}

/** What an operation answers, XML or bytes or neither. */
export interface S3Answer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  /** Its length is in the headers. */
  readonly body?: S3Body;
}

/** One operation of S3. Throws AwsError for every answer that isn't a success. */
export type S3Operation = (call: S3Call) => Promise<S3Answer>;
