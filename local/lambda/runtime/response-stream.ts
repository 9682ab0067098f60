import { Buffer } from 'node:buffer';
import type { ClientRequest } from 'node:http';
import { Writable } from 'node:stream';
import { answerTo, type ReportedError, textOf } from './runtime-client.ts';

type Open = (headers: Record<string, string>) => ClientRequest;
type Done = (error?: Error | null) => void;

/** The stream a streaming handler writes its answer to. The answer begins with the first write. */
export class ResponseStream extends Writable {
  readonly #open: Open;
  #contentType = 'application/octet-stream';
  #prelude: Buffer | undefined;
  #request: ClientRequest | undefined;

  constructor(open: Open) {
    super();
    this.#open = open;
  }

  /** Whether the other side has seen a part of the answer, so that a failure can only be told in a trailer. */
  get begun(): boolean {
    return this.#request !== undefined;
  }

  setContentType(contentType: string): void {
    this.#contentType = contentType;
  }

  /** What is sent before the first write, and never without one. */
  setPrelude(prelude: Buffer): void {
    this.#prelude = prelude;
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    const request = this.#begin(true);
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (bytes.length === 0 || request.write(bytes)) done();
    else request.once('drain', () => done());
  }

  override _final(done: Done): void {
    this.#end(this.#begin(false)).then(() => done(), done);
  }

  /** Ends an answer that has begun with the reason why it is not whole. */
  async fail(error: ReportedError): Promise<void> {
    const request = this.#begin(false);
    // What is still buffered must not be written to a request that has ended.
    this.destroy();
    request.addTrailers({
      'Lambda-Runtime-Function-Error-Type': error.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(error)).toString('base64'),
    });
    await this.#end(request);
  }

  #begin(withPrelude: boolean): ClientRequest {
    if (this.#request) return this.#request;
    this.#request = this.#open({
      'content-type': this.#contentType,
      'lambda-runtime-function-response-mode': 'streaming',
      trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
    this.#request.on('error', (error) => this.destroy(error));
    if (withPrelude && this.#prelude) this.#request.write(this.#prelude);
    else this.#request.flushHeaders();
    return this.#request;
  }

  async #end(request: ClientRequest): Promise<void> {
    const answer = answerTo(request);
    request.end();
    await textOf(await answer);
  }
}
