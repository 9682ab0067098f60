import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import { type KeptOutput, keptChunkBytes } from '../../../../contract/agent/kept-output.ts';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import type { FoundOutput, OutputStream } from '../output/output-page.ts';
import type { WantedOutput } from '../output/wanted-output.ts';
import { keptEvents, keptOutput } from './kept-output.ts';
import type { KeptOf, KeptOutputs } from './ports.ts';

interface Wanted {
  readonly stream: OutputStream;
  readonly offset: number;
  readonly limit: number;
}

/** What has outlived its sandbox of one command: all of its output where that is in storage, else as much as was reported. */
export class StoredOutput {
  readonly #outputs: KeptOutputs;
  readonly #command: KeptOf;
  readonly #report: OutcomeReport;
  readonly #index: KeptOutput | undefined;

  private constructor(outputs: KeptOutputs, command: KeptOf, report: OutcomeReport, index: KeptOutput | undefined) {
    this.#outputs = outputs;
    this.#command = command;
    this.#report = report;
    this.#index = index;
  }

  /** Asks storage only where the command was to keep its output. Throws `storage_unavailable`. */
  static async find(outputs: KeptOutputs, command: KeptOf, report: OutcomeReport): Promise<StoredOutput> {
    const index = report.keep_output ? await outputs.index(command) : undefined;
    return new StoredOutput(outputs, command, report, index);
  }

  /** Bytes from this offset on: where they are gone, the next that are there. */
  async read({ stream, offset, limit }: Wanted): Promise<FoundOutput> {
    const reported = keptOutput(this.#report, stream, offset, limit);
    const range = this.#index?.[stream];
    if (range === undefined || offset >= range.to) return reported;
    const isBefore = reported.data.length > 0 && reported.offset < range.from;
    if (isBefore) return { ...reported, data: reported.data.subarray(0, range.from - reported.offset) };
    const at = Math.max(offset, range.from);
    const number = Math.floor((at - range.from) / keptChunkBytes);
    const start = range.from + number * keptChunkBytes;
    const chunk = await this.#outputs.chunk(this.#command, stream, number);
    const data = chunk?.subarray(at - start, Math.min(at - start + limit, range.to - start));
    return data === undefined || data.length === 0 ? reported : { stream, offset: at, data };
  }

  /** All of it as events, of the streams that are wanted; the last one is the outcome. */
  async *events(wanted: WantedOutput): AsyncGenerator<CommandEvent> {
    if (this.#index === undefined) return yield* keptEvents(this.#report, wanted);
    for (const stream of ['stdout', 'stderr'] as const) {
      for (let offset = wanted[stream]; offset !== undefined; ) {
        const found = await this.read({ stream, offset, limit: keptChunkBytes });
        if (found.data.length === 0) break;
        yield { kind: stream, offset: found.offset, data: found.data };
        offset = found.offset + found.data.length;
      }
    }
    yield { kind: 'finished', outcome: CommandOutcome.parse(this.#report) };
  }
}
