import { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { algorithmOf, type ChecksumAlgorithm } from '../checksums/algorithms.ts';
import type { Crc } from '../checksums/crc.ts';
import { checksumHeader, type DeclaredChecksum, declaredChecksum } from '../checksums/declared-checksum.ts';
import type { Blob } from '../store/records.ts';
import type { S3Call } from '../wire/call.ts';
import { AwsChunked } from './aws-chunked.ts';
import { passThrough } from './pass-through.ts';

/** What a put or a part may have at most. */
const largestBytes = 5 * 1024 ** 3;

/** Of a sender that went away in the middle. */
const goneCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

export interface Received {
  readonly blob: Blob;
  /** Hex. */
  readonly md5: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null;
}

/**
 * Keeps a request's body, having compared it with every length, hash and checksum that the request gives for it.
 * `algorithm` is the checksum to have where the request names none.
 */
export async function receiveBody(call: S3Call, algorithm?: ChecksumAlgorithm): Promise<Received> {
  const { headers, request, store, bodyFaults } = call;
  const payload = payloadOf(call);
  const declared = declaredChecksum(headers);
  if (declared && algorithm && declared.algorithm !== algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${declared.algorithm.toLowerCase()}`;
    throw new AwsError('InvalidRequest', message, 400);
  }
  const length = lengthOf(headers, payload.isChunked);
  const kept = declared?.algorithm ?? algorithm;
  const meter = new Meter(length, kept, payload.sha256 !== undefined);
  const chunked = payload.isChunked ? new AwsChunked() : undefined;
  let blob: Blob;
  try {
    // What is refused in its middle still gets an answer, so the request itself isn't destroyed with the stream.
    const source = request.iterator({ destroyOnReturn: false });
    blob = await store.blobs.write(meter.measured(passThrough(source, [...bodyFaults, ...(chunked ? [chunked] : [])])));
  } catch (error) {
    if (!goneCodes.has(String((error as NodeJS.ErrnoException).code))) throw error;
    throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
  }
  try {
    const sums = meter.sums();
    if (blob.size !== length) throw wrong('IncompleteBody', `The body has ${blob.size} bytes, not ${length}.`);
    if (payload.sha256 !== undefined && payload.sha256 !== sums.sha256) {
      throw wrong(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    checkMd5(headers['content-md5'], sums.md5);
    if (declared) checkDeclared(declared, sums.checksum, chunked);
    return { blob, md5: sums.md5, checksum: kept ? { algorithm: kept, value: sums.checksum } : null };
  } catch (error) {
    await store.blobs.remove([blob]);
    throw error;
  }
}

function payloadOf({ signature: { payloadHash } }: S3Call): { isChunked: boolean; sha256: string | undefined } {
  if (payloadHash === 'UNSIGNED-PAYLOAD') return { isChunked: false, sha256: undefined };
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { isChunked: true, sha256: undefined };
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return { isChunked: false, sha256: payloadHash };
  if (payloadHash.startsWith('STREAMING-')) {
    throw new AwsError('NotImplemented', 'bodies whose chunks are signed one by one are not implemented', 501);
  }
  throw wrong('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.');
}

function lengthOf(headers: S3Call['headers'], isChunked: boolean): number {
  const given = headers[isChunked ? 'x-amz-decoded-content-length' : 'content-length'];
  if (given === undefined || !/^\d{1,15}$/.test(given)) {
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  const length = Number(given);
  if (length > largestBytes) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: length,
      MaxSizeAllowed: largestBytes,
    });
  }
  return length;
}

/** Measures a body. */
class Meter {
  readonly #length: number;
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksum: Crc | undefined;
  #bytes = 0;

  constructor(length: number, algorithm: ChecksumAlgorithm | undefined, isHashed: boolean) {
    this.#length = length;
    this.#sha256 = isHashed ? createHash('sha256') : undefined;
    this.#checksum = algorithm && algorithmOf(algorithm).start();
  }

  /** Lets it pass; throws for one that is longer than it said. */
  async *measured(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of body) {
      this.#bytes += piece.length;
      if (this.#bytes > this.#length) throw wrong('IncompleteBody', 'The body is longer than it says.');
      this.#md5.update(piece);
      this.#sha256?.update(piece);
      this.#checksum?.update(piece);
      yield piece;
    }
  }

  sums() {
    return {
      md5: this.#md5.digest('hex'),
      sha256: this.#sha256?.digest('hex'),
      checksum: this.#checksum?.digest().toString('base64') ?? '',
    };
  }
}

function checkMd5(header: string | undefined, md5: string): void {
  if (header === undefined) return;
  const given = Buffer.from(header, 'base64');
  if (given.length !== 16) throw wrong('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (given.toString('hex') !== md5) {
    throw wrong('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

function checkDeclared({ algorithm, value }: DeclaredChecksum, computed: string, chunked?: AwsChunked): void {
  const expected = value ?? chunked?.trailers.get(checksumHeader(algorithm));
  if (expected === undefined)
    throw wrong('MalformedTrailerError', `The trailer ${checksumHeader(algorithm)} is missing.`);
  if (expected === computed) return;
  throw wrong('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

const wrong = (name: string, message: string) => new AwsError(name, message, 400);
