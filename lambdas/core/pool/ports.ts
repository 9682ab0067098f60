import type { SizeName } from '../../../contract/api/sandboxes/sizes.ts';
import type { AssignedAgent, SandboxRecord, Task } from '../sandboxes/record.ts';

/** How many machines of one template and size wait for sandboxes. */
export interface Pool {
  readonly template: string;
  readonly size: SizeName;
  readonly count: number;
  /** How old a machine gets that waits. */
  readonly maxAgeSeconds: number;
  /** What its machines run; one that runs another is not handed out. */
  readonly image: string;
}

/** A machine that is nobody's yet. */
export interface PoolMember {
  readonly member_id: string;
  readonly template: string;
  readonly size: SizeName;
  /** Its place in its pool, from 0; no two have one. */
  readonly place: number;
  readonly image: string;
  readonly created_at: string;
  /** null before its launch is written down. */
  readonly task: Omit<Task, 'event_version'> | null;
  /** null before its agent has said hello; only then can it be handed over. */
  readonly agent: AssignedAgent | null;
}

/** A member with a machine whose agent waits. */
export type IdleMember = PoolMember & { readonly task: NonNullable<PoolMember['task']>; readonly agent: AssignedAgent };

/** Every change is one conditional write; `false` says that somebody was faster. */
export interface PoolMembers {
  /** Of every pool. */
  all(): Promise<readonly PoolMember[]>;
  of(pool: Pick<Pool, 'template' | 'size'>): Promise<readonly PoolMember[]>;
  ofTask(taskId: string): Promise<PoolMember | undefined>;
  /** Takes its place, before it is launched. */
  add(member: PoolMember): Promise<boolean>;
  /** Writes its launch down; from then on it costs. */
  noteTask(member: PoolMember, task: NonNullable<PoolMember['task']>): Promise<boolean>;
  /** Writes down who it is; the first word counts. */
  noteAgent(member: PoolMember, agent: AssignedAgent): Promise<boolean>;
  /** Puts `next`, which has its machine, in the place of `previous`, and takes it out of the pool: all of that or nothing. */
  handOver(member: IdleMember, previous: SandboxRecord, next: SandboxRecord): Promise<boolean>;
  /** Takes it out of its pool, when its machine has ended or is about to. */
  remove(member: PoolMember): Promise<boolean>;
}

/** Tells that a pool has one machine less. Rejects when it can't; the next minute fills the pool anyway. */
export type AnnounceTaken = (pool: Pick<Pool, 'template' | 'size'>) => Promise<void>;

/** Whether its agent waits. */
export const isIdle = (member: PoolMember): member is IdleMember => member.task !== null && member.agent !== null;
