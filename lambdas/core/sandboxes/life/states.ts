import type { Status, StopReason } from '../../../../contract/api/sandboxes/sandbox-record.ts';

/** What can happen to a sandbox. */
export type EventName =
  | 'task_accepted'
  | 'task_refused'
  | 'handed_over'
  | 'assigned'
  | 'agent_ready'
  | 'agent_ending'
  | 'delete_requested'
  | 'time_over'
  | 'task_stopping'
  | 'task_stopped';

/** `end` is one of the three ended states, as the reason decides. */
type Next = Status | 'end';

// State x event -> state. What is not here changes nothing: it is late, doubled, or from a machine that lies.
// A sandbox whose machine still winds up is shutting_down even when it has failed, so that "ended" always means gone.
const table: Record<Status, Partial<Record<EventName, Next>>> = {
  creating: {
    task_accepted: 'starting',
    task_refused: 'end',
    handed_over: 'starting',
    delete_requested: 'end',
    time_over: 'end',
    task_stopped: 'end',
  },
  starting: {
    assigned: 'starting',
    agent_ready: 'ready',
    agent_ending: 'shutting_down',
    delete_requested: 'shutting_down',
    time_over: 'shutting_down',
    task_stopping: 'shutting_down',
    task_stopped: 'end',
  },
  ready: {
    agent_ending: 'shutting_down',
    delete_requested: 'shutting_down',
    time_over: 'shutting_down',
    task_stopping: 'shutting_down',
    task_stopped: 'end',
  },
  shutting_down: { delete_requested: 'shutting_down', time_over: 'shutting_down', task_stopped: 'end' },
  stopped: {},
  failed: {},
  expired: {},
};

const ends: Record<StopReason, 'stopped' | 'failed' | 'expired'> = {
  user_requested: 'stopped',
  idle: 'stopped',
  completed: 'stopped',
  expired: 'expired',
  error: 'failed',
  out_of_memory: 'failed',
  spot_interruption: 'failed',
  capacity: 'failed',
  image_pull_failed: 'failed',
  start_timeout: 'failed',
  on_ready_failed: 'failed',
  platform: 'failed',
  lost: 'failed',
};

/** Where an event leads; undefined when it changes nothing. */
export const nextState = (status: Status, event: EventName): Next | undefined => table[status][event];

/** The ended state that a reason leads to. */
export const endOf = (reason: StopReason): 'stopped' | 'failed' | 'expired' => ends[reason];
