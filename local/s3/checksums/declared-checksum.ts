import { Buffer } from 'node:buffer';
import { AwsError } from '../../aws/aws-error.ts';
import type { Headers } from '../wire/call.ts';
import { algorithmNamed, algorithmOf, type ChecksumAlgorithm, checksumAlgorithms } from './algorithms.ts';

/** The header that has the checksum. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Which checksum a request says its body has, and its value, unless that comes after the body. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string | undefined;
}

/** Reads it. Throws S3's answer to more than one, to a value that can't be one, and to a name without a value. */
export function declaredChecksum(headers: Headers): DeclaredChecksum | undefined {
  const given = checksumAlgorithms.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const trailing = trailingAlgorithm(headers['x-amz-trailer']);
  const [algorithm, ...more] = [...given, ...(trailing ? [trailing] : [])];
  if (more.length > 0) {
    throw invalid('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const named = headers['x-amz-sdk-checksum-algorithm'];
  if (named !== undefined && algorithmNamed(named) !== algorithm) {
    throw invalid(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (algorithm === undefined) return undefined;
  const value = headers[checksumHeader(algorithm)];
  if (value !== undefined && !isChecksum(algorithm, value)) {
    throw invalid(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  return { algorithm, value };
}

const isChecksum = (algorithm: ChecksumAlgorithm, value: string): boolean =>
  Buffer.from(value, 'base64').length === algorithmOf(algorithm).bytes;

function trailingAlgorithm(trailer: string | undefined): ChecksumAlgorithm | undefined {
  if (trailer === undefined) return undefined;
  const algorithm = trailer.toLowerCase().startsWith('x-amz-checksum-') && algorithmNamed(trailer.slice(15).trim());
  if (!algorithm) throw invalid('The value specified in the x-amz-trailer header is not supported');
  return algorithm;
}

const invalid = (message: string) => new AwsError('InvalidRequest', message, 400);
