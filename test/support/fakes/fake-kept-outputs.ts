import { type KeptOutput, keptChunkBytes } from '../../../contract/agent/kept-output.ts';
import type { KeptOf, KeptOutputs } from '../../../lambdas/core/commands/kept/ports.ts';

/** Output in storage: what agents would have put there, and how often it was asked for. */
export class FakeKeptOutputs implements KeptOutputs {
  readonly #outputs = new Map<string, { readonly index: KeptOutput; readonly stdout: Buffer }>();
  asked = 0;

  /** Puts a standard output that begins at this byte. */
  put(commandId: string, stdout: Buffer, from = 0): void {
    const none = { from: 0, to: 0 };
    this.#outputs.set(commandId, { index: { stdout: { from, to: from + stdout.length }, stderr: none }, stdout });
  }

  async index({ commandId }: KeptOf): Promise<KeptOutput | undefined> {
    this.asked++;
    return this.#outputs.get(commandId)?.index;
  }

  async chunk({ commandId }: KeptOf, stream: 'stdout' | 'stderr', number: number): Promise<Uint8Array | undefined> {
    this.asked++;
    const kept = stream === 'stdout' ? this.#outputs.get(commandId)?.stdout : undefined;
    return kept?.subarray(number * keptChunkBytes, (number + 1) * keptChunkBytes);
  }
}
