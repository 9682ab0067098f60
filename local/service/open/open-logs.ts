import { type Log, openLog } from './open-log.ts';

/** One file a part: `functions.log`, `agents.log`, `gateway.log`, `events.log` and `aws.log` for the other stand-ins. */
export interface Logs extends Disposable {
  readonly functions: Log;
  readonly agents: Log;
  readonly gateway: Log;
  /** What was put on the event bus, an event a line. */
  readonly events: Log;
  readonly aws: Log;
}

/** Opens one file a part in `folder`. Throws when one can’t be written. */
export function openLogs(folder: string): Logs {
  using opened = new DisposableStack();
  const open = (name: string) => opened.use(openLog(folder, name));
  const logs = {
    functions: open('functions'),
    agents: open('agents'),
    gateway: open('gateway'),
    events: open('events'),
    aws: open('aws'),
  };
  const all = opened.move();
  return { ...logs, [Symbol.dispose]: () => all.dispose() };
}

/** An error in one line, with the causes of it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `, because ${describeError(error.cause)}`;
  return `${error.name}: ${error.message}${cause}`;
}
