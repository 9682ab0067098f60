import type { Socket } from 'node:net';
import type { ProofIdentity } from '../../../channel/codec/proof-mac.ts';
import { proveFar } from '../../../channel/far/prove.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { Grant } from '../../../contract/agent/grant.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Grants } from './grants.ts';

/** Whoever is at the near end of a channel under a grant. */
export interface GrantedPeer {
  readonly grant: Grant;
  readonly grants: Grants;
}

// Opening a channel takes a second or two; what is slower than this is no honest peer.
const proofMs = 10_000;

/**
 * Both sides prove themselves. Resolves with the grant of a caller, undefined for the control plane itself. Rejects, with the
 * socket destroyed, when the peer has neither the sandbox's key nor that of a grant that is good.
 */
export async function provePeer(
  socket: Socket,
  { owner, grants, clock }: { owner: ProofIdentity; grants: Grants | undefined; clock: Clock },
): Promise<GrantedPeer | undefined> {
  let shown: Grant | undefined;
  const identify = (text: string | undefined): ProofIdentity => {
    if (text === undefined) return owner;
    if (grants === undefined) throw new AgentError('not_assigned', 'a machine that is nobody’s has no grants');
    const { grant, identity } = grants.read(text);
    shown = grant;
    return identity;
  };
  await proveFar(socket, identify, clock, proofMs);
  return shown && grants && { grant: shown, grants };
}
