import type { Clock } from '../../../contract/clock.ts';
import type { UserCaller } from '../caller.ts';
import { assertSameRequest, claimFor } from '../claim.ts';
import { newId } from '../ids.ts';
import type { CommandRecords } from '../ports.ts';

interface ClaimPorts {
  readonly commands: Pick<CommandRecords, 'claim'>;
  readonly clock: Clock;
}

/** A call that starts a command. */
interface StartCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string };
  readonly headers: { readonly 'idempotency-key'?: string | undefined };
  readonly body: { readonly command_id?: string | undefined };
}

/**
 * The command's id: the same one for the same key and request, so that repeating the call joins the command. Throws
 * `idempotency_conflict`.
 */
export async function claimCommandId({ commands, clock }: ClaimPorts, call: StartCall): Promise<string> {
  const id = call.body.command_id ?? newId('cmd', clock.now());
  const what = `${call.params.sandbox_id}#commands`;
  const claim = claimFor(call.caller, what, call.headers['idempotency-key'], call.body, clock.now());
  if (claim === undefined) return id;
  const first = await commands.claim(claim, id);
  assertSameRequest(claim, first.hash);
  return first.id;
}
