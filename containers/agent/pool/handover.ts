import { Buffer } from 'node:buffer';
import type { ProofIdentity } from '../../../channel/codec/proof-mac.ts';
import { channelContext, poolGeneration } from '../../../contract/agent/channel-context.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { Assignment, PoolPlace } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';

// Its own first command may take minutes: whoever brought the assignment asks again.
const settleMs = 5_000;

/** How the machine of a pool becomes a sandbox's: once, by the first channel or by the answer to its next hello. */
export class Handover {
  readonly #clock: Clock;
  readonly #came = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  #owner: ProofIdentity | undefined;
  #assignment: Assignment | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whom the control plane proves to be while the machine is nobody's; undefined outside a pool. */
  get owner(): ProofIdentity | undefined {
    return this.#owner;
  }

  /** What came, if it has. */
  get assignment(): Assignment | undefined {
    return this.#assignment;
  }

  /** Aborts when an assignment has come. */
  get came(): AbortSignal {
    return this.#came.signal;
  }

  /** The machine is one of a pool. */
  wait({ member_id, channel_key }: PoolPlace): void {
    const context = channelContext({ sandboxId: '', generation: poolGeneration, poolMember: member_id });
    this.#owner ??= { key: Buffer.from(channel_key, 'base64'), context };
  }

  /** Takes what hello has answered, unless a channel was faster with the same; answers what holds. Throws `conflict`. */
  take(assignment: Assignment): Assignment {
    const known = this.#assignment;
    if (known === undefined) {
      this.#assignment = assignment;
      this.#came.abort();
      return assignment;
    }
    if (known.sandbox_id === assignment.sandbox_id && known.generation === assignment.generation) return known;
    throw new AgentError('conflict', `this machine is ${known.sandbox_id}'s, and no other's any more`, {
      details: {
        field: 'sandbox_id',
        value: assignment.sandbox_id,
        rule: 'expected the sandbox it was assigned first',
      },
    });
  }

  /**
   * Takes an assignment that comes by a channel, and waits a moment for the sandbox to be ready. Harmless to repeat. Throws
   * `conflict` for another sandbox's.
   */
  async offer(assignment: Assignment): Promise<void> {
    this.take(assignment);
    const cut = new AbortController();
    const patience = this.#clock.sleep(settleMs, cut.signal).catch(() => undefined);
    await Promise.race([this.#settled.promise, patience]);
    cut.abort();
  }

  /** The sandbox is ready, and the control plane knows; or nothing will come of it. */
  settle(): void {
    this.#settled.resolve();
  }
}
