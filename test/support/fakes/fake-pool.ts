// Machines that wait, in memory, as honest as the table.
import { setImmediate } from 'node:timers/promises';
import type { IdleMember, Pool, PoolMember, PoolMembers } from '../../../lambdas/core/pool/ports.ts';
import type { AssignedAgent, SandboxRecord } from '../../../lambdas/core/sandboxes/record.ts';
import type { FakeRecords } from './fakes.ts';

const placeOf = ({ template, size, place }: PoolMember): string => `${template}#${size}#${place}`;

export class FakePool implements PoolMembers {
  readonly byPlace = new Map<string, PoolMember>();
  readonly #records: Pick<FakeRecords, 'replace'>;

  constructor(records: Pick<FakeRecords, 'replace'>) {
    this.#records = records;
  }

  async all(): Promise<readonly PoolMember[]> {
    await setImmediate();
    return structuredClone([...this.byPlace.values()]);
  }

  async of({ template, size }: Pick<Pool, 'template' | 'size'>): Promise<readonly PoolMember[]> {
    return (await this.all()).filter((member) => member.template === template && member.size === size);
  }

  async ofTask(taskId: string): Promise<PoolMember | undefined> {
    return (await this.all()).find(({ task }) => task?.id === taskId);
  }

  async add(member: PoolMember): Promise<boolean> {
    if (this.byPlace.has(placeOf(member))) return false;
    this.byPlace.set(placeOf(member), structuredClone(member));
    return true;
  }

  noteTask(member: PoolMember, task: NonNullable<PoolMember['task']>): Promise<boolean> {
    return this.#change(member, (now) => (now.task === null ? { ...now, task } : undefined));
  }

  noteAgent(member: PoolMember, agent: AssignedAgent): Promise<boolean> {
    return this.#change(member, (now) => (now.agent === null ? { ...now, agent } : undefined));
  }

  async handOver(member: IdleMember, previous: SandboxRecord, next: SandboxRecord): Promise<boolean> {
    await setImmediate();
    if (!this.#has(member)) return false;
    // Both or neither: nobody comes in between the two.
    this.byPlace.delete(placeOf(member));
    const isWritten = await this.#records.replace(previous, next);
    if (!isWritten) this.byPlace.set(placeOf(member), member);
    return isWritten;
  }

  async remove(member: PoolMember): Promise<boolean> {
    if (!this.#has(member)) return false;
    return this.byPlace.delete(placeOf(member));
  }

  #has(member: PoolMember): boolean {
    return this.byPlace.get(placeOf(member))?.member_id === member.member_id;
  }

  async #change(member: PoolMember, change: (now: PoolMember) => PoolMember | undefined): Promise<boolean> {
    const now = this.byPlace.get(placeOf(member));
    const next = now?.member_id === member.member_id ? change(now) : undefined;
    if (next === undefined) return false;
    this.byPlace.set(placeOf(member), structuredClone(next));
    return true;
  }
}
