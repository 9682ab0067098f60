import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { UserCaller } from '../../caller.ts';
import { assertSameRequest, claimFor } from '../../claim.ts';
import { newId } from '../../ids.ts';
import type { CommandRecords } from '../ports.ts';

interface ClaimPorts {
  readonly commands: Pick<CommandRecords, 'claim' | 'outcomeOf'>;
  readonly clock: Clock;
}

/** A call that starts a command. */
interface StartCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string };
  readonly headers: { readonly 'idempotency-key'?: string | undefined };
  readonly body: { readonly command_id?: string | undefined };
}

/** A command's id, and how it ended where an earlier call with the same key has started it. */
export interface ClaimedCommand {
  readonly id: string;
  readonly report: OutcomeReport | undefined;
}

/**
 * The command's id: the same one for the same key and request, so that repeating the call joins the command. Throws
 * `idempotency_conflict`.
 */
export async function claimCommand({ commands, clock }: ClaimPorts, call: StartCall): Promise<ClaimedCommand> {
  const { command_id } = call.body;
  const id = command_id ?? newId('cmd', clock.now());
  const what = `${call.params.sandbox_id}#commands`;
  const claim = claimFor(call.caller, what, call.headers['idempotency-key'], call.body, clock.now());
  const first = claim && (await commands.claim(claim, id));
  if (claim !== undefined && first !== undefined) assertSameRequest(claim, first.hash);
  const known = first?.id ?? id;
  const isNew = command_id === undefined && known === id;
  return { id: known, report: isNew ? undefined : await commands.outcomeOf(call.params.sandbox_id, known) };
}
