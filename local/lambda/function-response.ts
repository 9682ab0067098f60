import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { FunctionError } from './function-error.ts';
import { lambdaLimits } from './limits.ts';

/** What a function answers. `body` fails with a FunctionError when the function breaks off. */
export interface FunctionResponse {
  /** Whether the function answered in Lambda's streaming form. */
  readonly streaming: boolean;
  readonly contentType: string | undefined;
  readonly body: Readable;
}

/** The body of an answer: bounded, and ended by the error that its trailers report. */
export class ResponseBody extends Transform {
  readonly #source: IncomingMessage;
  #bytes = 0;
  /** Resolves when everything the function sent has been read, also after the reader has gone away. */
  readonly taken: Promise<void>;

  constructor(source: IncomingMessage) {
    super();
    this.#source = source;
    // Whoever reads it meets the error there; a body nobody reads has nobody to tell.
    this.on('error', () => undefined);
    this.taken = new Promise((resolve) => {
      source.once('end', resolve).once('close', resolve);
    });
    source.once('error', (cause) =>
      this.destroy(new FunctionError('Runtime.ExitError', 'the function broke off', { cause })),
    );
    // The function goes on when its reader has gone, as on Lambda.
    this.once('close', () => source.unpipe(this).resume());
    source.pipe(this);
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#bytes += chunk.length;
    const { responseBytes } = lambdaLimits;
    if (this.#bytes <= responseBytes) done(null, chunk);
    else done(new FunctionError('Function.ResponseSizeTooLarge', `an answer is at most ${responseBytes} bytes`));
  }

  override _flush(done: TransformCallback): void {
    const type = this.#source.trailers['lambda-runtime-function-error-type'];
    const body = this.#source.trailers['lambda-runtime-function-error-body'] ?? '';
    if (type === undefined) done();
    else done(new FunctionError(type, Buffer.from(body, 'base64').toString('utf8').slice(0, 4_096)));
  }
}
