import type { HomeFaultCode } from '../../../contract/home/home-report.ts';

/** Why a home can't be saved or restored. The message names bucket or bound. */
export class HomeFault extends Error {
  override readonly name = 'HomeFault';
  readonly code: HomeFaultCode;

  constructor(code: HomeFaultCode, message: string, options?: ErrorOptions) {
    super(message.slice(0, 1_024), options);
    this.code = code;
  }

  /** Whether it may be over by itself. */
  get isPassing(): boolean {
    return passing.has(this.code);
  }
}

const passing: ReadonlySet<HomeFaultCode> = new Set([
  'storage_unavailable',
  'no_credentials',
  'helper_lost',
  'internal',
]);
