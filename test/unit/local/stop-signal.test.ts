import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { stopSignal } from '../../../local/stop-signal.ts';

test('the first signal asks to stop, its echo is the same one, a later one ends at once', async () => {
  const exits: unknown[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code?: unknown) => exits.push(code) });
  vi.useFakeTimers();
  try {
    using stop = stopSignal(host as unknown as NodeJS.Process);
    host.emit('SIGINT');
    await stop.asked;
    vi.advanceTimersByTime(400);
    host.emit('SIGINT');
    expect(exits).toEqual([]);
    vi.advanceTimersByTime(200);
    host.emit('SIGTERM');
    expect(exits).toEqual([130]);
  } finally {
    vi.useRealTimers();
  }
  expect(host.listenerCount('SIGINT')).toBe(0);
});
