import { once } from 'node:events';
import { expect, test } from 'vitest';
import { clockSetting } from '../../../contract/clock.ts';
import { commandId, requestFrames, requestHealth, until } from '../../support/agent/agent-machine.ts';
import { limitsHere, namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { openChannel, startMachine } from '../../support/machines/real-machine.ts';

test.skipIf(!namespacesHere)(
  'in a real machine a command answers through attach, and SIGTERM ends it with 0',
  async () => {
    await using inside = await startMachine();
    const { machine, plane } = inside;
    await until(() => plane.heartbeats.some(({ state }) => state === 'ready'));

    const { http, terminal } = await openChannel(inside);
    const command = `grep -E '^(Uid|NoNewPrivs|CapBnd|CapEff)' /proc/self/status; npm --version >/dev/null || true
    echo to-stderr >/dev/stderr; ls /run/matrx; exit 5`;
    const { stdout, stderr, outcome } = await requestFrames(http, { command });
    expect(stdout.toString()).toBe(
      'Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n',
    );
    expect(stderr.toString()).toContain('to-stderr\n');
    expect(stderr.toString()).toContain('Permission denied');
    expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 5, cwd: '/home/agent' });

    expect((await requestHealth(http)).memory_bytes).toBeLessThan(80 * 1024 * 1024);

    http.close();
    await terminal.exited;
    machine.signal('SIGTERM');
    expect(await machine.exited, inside.log()).toMatchObject({ exitCode: 0 });
    expect(plane.outcomes.map(({ exit_code }) => exit_code)).toEqual([5]);
    expect(plane.heartbeats.at(-1)).toMatchObject({ state: 'ending', reason: 'platform', running_commands: 0 });
  },
);

test.skipIf(!namespacesHere)(
  'attach goes when its holder has gone without a word, also while the terminal is full',
  async () => {
    // A minute of silence is six seconds here.
    await using inside = await startMachine({ MATRX_CLOCK: clockSetting(10, Date.now()) });
    await until(() => inside.plane.heartbeats.some(({ state }) => state === 'ready'));
    const { http, terminal } = await openChannel(inside);
    const stream = http.request({ ':method': 'POST', ':path': '/commands' });
    stream.on('error', () => {});
    stream.end(
      JSON.stringify({ command_id: commandId(), timeout_seconds: null, command: 'head -c 50000000 /dev/urandom' }),
    );
    await once(stream, 'data');
    terminal.pause();
    await until(async () => {
      const other = await openChannel(inside);
      const { channels } = await requestHealth(other.http);
      other.http.destroy();
      await other.terminal.exited;
      return channels === 1;
    });
    http.destroy();
    terminal.kill();
  },
);

test.skipIf(!limitsHere)(
  'C2: a fork bomb is over when its time is, and the machine serves the next command',
  async () => {
    await using inside = await startMachine();
    await until(() => inside.plane.heartbeats.some(({ state }) => state === 'ready'));
    const { http } = await openChannel(inside);
    const { outcome } = await requestFrames(http, {
      command: 'ulimit -u 400; bomb() { bomb | bomb & }; bomb; sleep 600',
      timeout_seconds: 1,
    });
    expect(outcome.outcome).toMatch(/^(timed_out|exited)$/);
    const next = await requestFrames(http, { command: 'echo alive' });
    expect(next.stdout.toString()).toBe('alive\n');
    http.destroy();
  },
);
