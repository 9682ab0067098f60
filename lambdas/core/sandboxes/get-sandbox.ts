import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { readOwned } from './owned.ts';
import type { SandboxRecords } from './ports.ts';
import { publicSandbox } from './public-sandbox.ts';

/** Reads one sandbox of the caller. */
export async function getSandbox(
  { records, clock }: { readonly records: Pick<SandboxRecords, 'get'>; readonly clock: Clock },
  { caller, params }: Call<'getSandbox'>,
): Promise<Answer<'getSandbox'>> {
  const record = await readOwned(records, params.sandbox_id, caller);
  return { status: 200, body: publicSandbox(record, clock.now()) };
}
