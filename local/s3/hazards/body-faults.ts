import type { Buffer } from 'node:buffer';
import { Transform } from 'node:stream';
import type { Clock } from '../../../contract/clock.ts';
import { AwsError } from '../../aws/aws-error.ts';
import { strikes } from '../../hazards/occasion.ts';
import { randomFor } from '../../hazards/random.ts';
import type { BodyFaults } from '../wire/s3-service.ts';
import type { BodyFault } from './storage-hazards.ts';

/** Breaks the connection off, and nobody is told why. */
export class CutOnPurpose extends Error {
  override readonly name = 'CutOnPurpose';
}

/** For each call with a body, what it passes on its way that may stop it. */
export function bodyFaults(
  faults: readonly BodyFault[],
  seed: number,
  clock: Clock,
): (operation: string) => BodyFaults {
  const all = faults.map((fault, index) => ({ ...fault, strikes: strikes(fault, randomFor(seed, `bodies ${index}`)) }));
  const striking = (direction: BodyFault['direction']) =>
    all.filter((fault) => fault.direction === direction && fault.strikes()).map((fault) => passage(fault, clock));
  return (operation) => ({
    up: operation === 'PutObject' || operation === 'UploadPart' ? striking('up') : [],
    down: operation === 'GetObject' ? striking('down') : [],
  });
}

function passage({ fate, afterBytes }: BodyFault, clock: Clock): Transform {
  let left = afterBytes;
  let hasStruck = false;
  return new Transform({
    transform(piece: Buffer, _, done) {
      if (piece.length <= left || hasStruck) {
        left -= piece.length;
        return done(null, piece);
      }
      hasStruck = true;
      if (typeof fate === 'object') return void clock.sleep(fate.delayMs).then(() => done(null, piece), done);
      this.push(piece.subarray(0, left));
      // What was pushed has to leave before the stream is destroyed with it.
      setImmediate(() => done(failureOf(fate)));
    },
  });
}

const failureOf = (fate: 'cut' | 'fail'): Error =>
  fate === 'fail'
    ? new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500)
    : new CutOnPurpose('the body is cut off on purpose');
