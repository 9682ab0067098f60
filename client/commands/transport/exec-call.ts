import type * as z from 'zod';
import type { ExecCommand } from '../../../contract/api/commands/commands.ts';

/** One exec, whole. The same call sent twice with the same key is one command. */
export interface ExecCall {
  readonly sandboxId: string;
  readonly body: z.input<typeof ExecCommand>;
  readonly idempotencyKey: string;
}
