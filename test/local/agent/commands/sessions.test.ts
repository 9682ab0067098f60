import { expect, test } from 'vitest';
import { ask, begin, follow, infoOf, printed } from '../../../support/agent/agent-calls.ts';
import { type AgentMachine, startAgent } from '../../../support/agent/agent-machine.ts';

const inSession =
  (machine: AgentMachine, session = 's') =>
  async (order: object) => {
    const { stdout, stderr, outcome } = await machine.run({ session, ...order });
    return { out: stdout.toString(), err: stderr.toString(), ...outcome };
  };

test('the old working-directory fault: a session’s folder and exports carry over, whatever ended the shell', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  await run({
    command: 'mkdir -p "a dir" && cd "a dir" && export A="1 2" B=$\'x\\ny\' && C=3; f() { echo f; }; set -f; exit 5',
  });
  const seen = await run({ command: 'pwd; echo "$A,$B,$C,$-"; type f 2>/dev/null || echo none' });
  expect(seen.out).toBe(`${machine.home}/a dir\n1 2,x\ny,,hBc\nnone\n`);
  expect(seen.cwd).toBe(`${machine.home}/a dir`);
  expect((await run({ command: 'unset A; trap "echo bye" EXIT; cd /' })).out).toBe('bye\n');
  expect((await run({ command: 'pwd; echo "[$A]"' })).out).toBe('/\n[]\n');
  expect((await inSession(machine, 'other')({ command: 'pwd' })).out).toBe(`${machine.home}\n`);
  expect((await machine.run({ command: 'pwd' })).stdout.toString()).toBe(`${machine.home}\n`);
});

test('a command’s text is what it is: no parameters, its own exit code, its own errors', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  expect(await run({ command: 'echo "$#" "$0"; false' })).toMatchObject({ out: '0 /bin/bash\n', exit_code: 1 });
  expect(await run({ command: 'if then' })).toMatchObject({
    exit_code: 2,
    err: expect.stringContaining('syntax error'),
  });
  expect(await run({ command: 'set -e; false; echo no' })).toMatchObject({ out: '', exit_code: 1 });
  expect(await run({ command: 'cat <<END\nhere\nEND' })).toMatchObject({ out: 'here\n', exit_code: 0 });
});

test('argv runs where the session is and changes nothing; cwd and env of an order come first', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  await run({ command: 'export A=session; cd /usr' });
  expect((await run({ argv: ['sh', '-c', 'pwd; echo $A; cd /tmp; export A=gone'] })).out).toBe('/usr\nsession\n');
  expect((await run({ command: 'pwd; echo $A', cwd: '/tmp', env: { A: 'order' } })).out).toBe('/tmp\norder\n');
  expect((await run({ argv: ['pwd'] })).out).toBe('/tmp\n');
});

test('a command whose input is open tells its session how it ends too', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { session: 's', command: 'read word; export A="$word"; cd /usr', stdin: 'pipe' });
  await ask(machine, `/commands/${id}/stdin`, { data: Buffer.from('heard\n').toString('base64'), eof: true });
  const { stderr, outcome } = await follow(machine, id);
  expect({ err: stderr.toString(), exit_code: outcome.exit_code }).toEqual({ err: '', exit_code: 0 });
  expect((await inSession(machine)({ command: 'pwd; echo $A' })).out).toBe('/usr\nheard\n');
});

test('a command that is killed or runs out of time leaves its session as it was', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  await run({ command: 'cd /usr; export A=kept' });
  expect(await run({ command: 'cd /tmp; export A=no; sleep 600', timeout_seconds: 1 })).toMatchObject({
    outcome: 'timed_out',
  });
  const id = await begin(machine, { session: 's', command: 'cd /tmp; export A=no; echo go; sleep 600' });
  await printed(machine, id, 'go');
  await ask(machine, `/commands/${id}/signal`, { signal: 'SIGTERM' });
  expect((await follow(machine, id)).outcome.outcome).toBe('killed');
  await run({ command: 'cd /tmp; kill -9 $$' });
  await run({ command: 'cd /tmp; exec true' });
  expect((await run({ command: 'pwd; echo $A' })).out).toBe('/usr\nkept\n');
});

test('one command at a time; what an ended one left running doesn’t count', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, {
    session: 's',
    command: 'until [ -e go ]; do sleep 0.02; done; sleep 600 & cd /usr',
  });
  expect(await infoOf(machine, id)).toMatchObject({ session: 's', outcome: 'running' });
  const second = { command_id: `cmd_${'1'.repeat(26)}`, timeout_seconds: 5, session: 's', argv: ['pwd'] };
  await expect(ask(machine, '/commands', second)).rejects.toMatchObject({
    status: 409,
    code: 'session_busy',
    details: { field: 'session', value: 's' },
  });
  await machine.run({ argv: ['touch', 'go'] });
  await follow(machine, id);
  expect((await machine.run(second)).stdout.toString()).toBe('/usr\n');
});

test('what a command writes where its session is told is believed only as far as it makes sense', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  await run({ command: 'cd /usr; export A=kept' });
  for (const abuse of [
    'head -c 3000000 /dev/zero >&200; cd /',
    'cd /; printf "relative\\0\\0" >&200; kill -9 $$',
    'cd /; export BIG=$(head -c 100000 /dev/zero | tr "\\0" x) BIG2=$(head -c 100000 /dev/zero | tr "\\0" x)',
    'cd /; exec 200>&-',
  ]) {
    await run({ command: abuse });
    expect((await run({ command: 'pwd; echo $A' })).out, abuse).toBe('/usr\nkept\n');
  }
  await run({ command: 'printf "junk\\0=\\0x\\0" >&200; export D=1' });
  expect((await run({ command: 'pwd; echo $A$D' })).out).toBe('/usr\nkept1\n');
});

test('a session goes on in a terminal', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = inSession(machine);
  await run({ command: 'cd /usr' });
  const tty = { rows: 24, cols: 80 };
  expect((await run({ command: 'pwd; cd /tmp; export T=$TERM', tty })).out).toBe('/usr\r\n');
  expect((await run({ command: 'pwd; echo $T' })).out).toBe('/tmp\nxterm-256color\n');
});
