import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processes } from '../../../../containers/agent/commands/launch/processes.ts';
import { commandId, startAgent, until } from '../../../support/agent/agent-machine.ts';

/** Processes that carry one of the marks that a command printed as its group. */
const marked = (mark: number): number[] =>
  [...processes()].filter(({ groups }) => groups.includes(mark)).map(({ pid }) => pid);

const markOf = (stdout: Buffer): number => Number(/^mark (\d+)$/m.exec(stdout.toString())?.[1]);
const printMark = 'awk \'/^Groups:/ {print "mark " $2}\' /proc/self/status';

test('C2: a time-out ends a shell that ignores TERM with grandchildren in sessions of their own, and keeps its output', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = `${printMark}
    trap '' TERM
    setsid sh -c 'trap "" TERM; sleep 600; sleep 600' &
    (setsid sh -c 'setsid sleep 600 & sleep 600' &) &
    sh -c 'kill -STOP $$; sleep 600' &
    echo before
    while :; do sleep 0.1; done`;
  const { stdout, outcome } = await machine.run({ command, timeout_seconds: 2 });
  expect(stdout.toString()).toContain('before\n');
  expect(outcome).toMatchObject({ outcome: 'timed_out', exit_code: null, signal: 'SIGKILL' });
  expect(outcome.duration_ms).toBeGreaterThanOrEqual(2_000);
  expect(marked(markOf(stdout))).toEqual([]);
});

test('C2: a time-out ends a daemon that no longer holds the output', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = `${printMark}; setsid sh -c 'exec >/dev/null 2>&1 </dev/null; setsid sleep 600 & sleep 600' & sleep 600`;
  const { stdout, outcome } = await machine.run({ command, timeout_seconds: 1 });
  expect(outcome).toMatchObject({ outcome: 'timed_out', signal: 'SIGTERM' });
  expect(marked(markOf(stdout))).toEqual([]);
});

test('a time-out ends what forks faster than it is killed', async () => {
  await using machine = await startAgent();
  await machine.ready();
  // Each generation outlives its parent in a session of its own; the number at any time is small.
  const command = `${printMark}
    cat >loop.sh <<'END'
trap '' TERM
setsid bash loop.sh </dev/null >/dev/null 2>&1 &
sleep 0.02
END
    bash loop.sh; sleep 600`;
  const { stdout, outcome } = await machine.run({ command, timeout_seconds: 1 });
  expect(outcome.outcome).toBe('timed_out');
  expect(marked(markOf(stdout))).toEqual([]);
});

// Ends its first thread and goes on in a second one, so that it is shown as a zombie while it works.
const threaded = `import ctypes, platform, threading, time
threading.Thread(target=lambda: time.sleep(600)).start()
print("threaded", flush=True)
ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)`;

test.skipIf(!existsSync('/usr/bin/python3'))(
  'C2: a time-out ends what goes on in another thread when its first one has ended',
  async () => {
    await using machine = await startAgent();
    await machine.ready();
    const command = `${printMark}; setsid /usr/bin/python3 -c '${threaded}' & exec /usr/bin/python3 -c '${threaded}'`;
    const { stdout, outcome } = await machine.run({ command, timeout_seconds: 2 });
    expect(stdout.toString().match(/threaded/g)).toHaveLength(2);
    expect(outcome).toMatchObject({ outcome: 'timed_out', exit_code: null });
    expect(marked(markOf(stdout))).toEqual([]);
  },
);

// Lets anybody trace it, and says who it is.
const traced = `import ctypes, os, time
ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0)
open("traced", "w").write(str(os.getpid()))
time.sleep(600)`;
// Is told of its end in the place of its parent, and doesn't listen.
const tracer = `import ctypes, os, time
while not (os.path.exists("traced") and os.path.getsize("traced")): time.sleep(0.02)
ctypes.CDLL(None).ptrace(ctypes.c_long(0x4206), ctypes.c_long(int(open("traced").read())), None, None)
open("tracing", "w")
time.sleep(600)`;

test.skipIf(!existsSync('/usr/bin/python3'))(
  'C2: a time-out is told although another command traces this one and keeps its end to itself',
  async () => {
    await using machine = await startAgent();
    await machine.ready();
    const id = commandId();
    const other = machine.run({ command_id: id, argv: ['/usr/bin/python3', '-c', tracer] });
    const { outcome } = await machine.run({ argv: ['/usr/bin/python3', '-c', traced], timeout_seconds: 2 });
    expect(outcome).toMatchObject({ outcome: 'timed_out', exit_code: null });
    expect(existsSync(join(machine.home, 'tracing'))).toBe(true);
    await machine.send('POST', `/commands/${id}/signal`, { signal: 'SIGKILL' });
    expect((await other).outcome).toMatchObject({ outcome: 'killed' });
  },
);

test('the answer comes with the leader, not with a background child that holds the pipe', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, outcome } = await machine.run({ command: `${printMark}; sleep 600 & echo done` });
  expect(stdout.toString()).toContain('done\n');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
  expect(marked(markOf(stdout))).toHaveLength(1);
  machine.stop();
  await machine.exited;
  expect(marked(markOf(stdout))).toEqual([]);
});

test('a command that kills itself is signaled', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ command: 'kill -9 $$' });
  expect(outcome).toMatchObject({ outcome: 'signaled', exit_code: null, signal: 'SIGKILL' });
});

test('a running command is killed when the sandbox ends, its follower hears so, and the outcome is reported', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = commandId();
  const running = machine.run({ command_id: id, command: `${printMark}; echo partial; exec sleep 600` });
  const printed = async () => {
    const { status, body } = await machine.send('GET', `/commands/${id}`);
    return status === 200 && JSON.parse(body.toString()).stdout_bytes > 'mark 10000'.length + 1;
  };
  await until(printed);
  machine.stop();
  const { stdout, outcome } = await running;
  expect(stdout.toString()).toContain('partial\n');
  expect(outcome).toMatchObject({ outcome: 'killed', exit_code: null, signal: 'SIGTERM' });
  expect(await machine.exited).toBe(0);
  expect(machine.plane.outcomes).toMatchObject([{ command_id: outcome.command_id, outcome: 'killed' }]);
  expect(Buffer.from(machine.plane.outcomes[0]?.stdout.head ?? '', 'base64').toString()).toContain('partial');
});
