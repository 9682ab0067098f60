import type { Status } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Clock } from '../../../contract/clock.ts';
import { knownError } from '../known-error.ts';
import type { Answer, Call } from '../operation.ts';
import { deleteSandbox } from '../sandboxes/delete-sandbox.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import { isoTime } from '../time.ts';
import { assertOperator } from './assert-operator.ts';
import type { DeploymentRecords } from './ports.ts';

interface Ports {
  readonly operators: Pick<DeploymentRecords, 'change'>;
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'list'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly clock: Clock;
}

const running: readonly Status[] = ['creating', 'starting', 'ready'];
const pageSize = 100;
// ECS takes 40 changes a second from the whole account; agents that end, and those who delete their own, need some of them.
const stopsAtOnce = 5;
const stopPaceMs = 200;
// The function has 900 s.
const longestMs = 800_000;
// A creation that had read the switch before it was turned is in the index a moment later.
const settleMs = 3_000;

/** Ids of sandboxes that nobody has told to end, a page of them. */
async function* pages(records: Ports['records']): AsyncGenerator<readonly string[]> {
  for (const status of running) {
    let after: string | undefined;
    do {
      const page = await records.list({ of: { status }, status: undefined, labels: {}, limit: pageSize, after });
      if (page.records.length > 0) yield page.records.map(({ sandbox_id }) => sandbox_id);
      after = page.next;
    } while (after !== undefined);
  }
}

/** Everything that is told to end, by one call. */
class Sweep {
  readonly #ports: Ports;
  readonly #call: Call<'stopAll'>;
  readonly #untilMs: number;
  readonly #told = new Set<string>();
  failed = 0;

  constructor(ports: Ports, call: Call<'stopAll'>) {
    this.#ports = ports;
    this.#call = call;
    this.#untilMs = ports.clock.now() + longestMs;
  }

  get told(): number {
    return this.#told.size - this.failed;
  }

  /** Tells everyone who can be found and hasn't been told; how many that were, undefined when time ran out. */
  async pass(): Promise<number | undefined> {
    const { records, clock } = this.#ports;
    const before = this.#told.size;
    for await (const page of pages(records)) {
      const untold = page.filter((id) => !this.#told.has(id));
      for (let from = 0; from < untold.length; from += stopsAtOnce) {
        if (clock.now() >= this.#untilMs || this.#call.signal.aborted) return undefined;
        const batch = untold.slice(from, from + stopsAtOnce);
        await Promise.all([...batch.map((id) => this.#tell(id)), clock.sleep(stopPaceMs)]);
      }
    }
    return this.#told.size - before;
  }

  async #tell(sandboxId: string): Promise<void> {
    const params = { sandbox_id: sandboxId };
    const query = { graceful: this.#call.body.graceful };
    this.#told.add(sandboxId);
    try {
      await deleteSandbox(this.#ports, { ...this.#call, params, query, body: {} });
    } catch {
      // Whatever it is that is wrong with one: everybody else is told all the same.
      this.failed += 1;
    }
  }
}

/**
 * Closes the deployment and ends every sandbox, at a pace that leaves ECS room. What can't be told now ends by its own time. Throws
 * `forbidden`.
 */
export async function stopAll(ports: Ports, call: Call<'stopAll'>): Promise<Answer<'stopAll'>> {
  const { caller, body, note } = call;
  assertOperator(caller);
  const { operators, clock } = ports;
  await operators.change({ accepting: false, reason: body.reason }, isoTime(clock.now()), caller.principal);
  note({ reason: body.reason, graceful: body.graceful });
  const later = async () => {
    const sweep = new Sweep(ports, call);
    let found: number | undefined;
    let broken = false;
    try {
      found = await sweep.pass();
      do {
        await clock.sleep(settleMs, call.signal);
        found = found === undefined ? undefined : await sweep.pass();
      } while (found !== undefined && found > 0);
    } catch (error) {
      // The status is given: what was told stays told, and the answer says that it isn't everybody.
      broken = true;
      note({ code: knownError(error).code });
    }
    note({ stopping: sweep.told, failed: sweep.failed });
    return { stopping: sweep.told, failed: sweep.failed, complete: found !== undefined && !broken };
  };
  return { status: 200, later };
}
