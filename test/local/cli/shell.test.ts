import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandHandle, Sandbox } from '../../../client/index.ts';
import { startCutProxy } from '../../support/channel/cut-proxy.ts';
import { matrxCommand } from '../../support/matrx-program.ts';
import { Screen } from '../../support/screen.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let sandbox: Sandbox;
let env: Record<string, string>;

beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
  const { token } = stack.service.local.person;
  env = { MATRX_URL: stack.url, MATRX_TOKEN: token };
  sandbox = await Sandbox.create({ url: stack.url, credentials: { token } });
});
afterAll(async () => {
  await sandbox?.kill({ graceful: false });
  await stack?.[Symbol.asyncDispose]();
});

const prompt = /[$#] *$/;

async function openShell(transport: string, url = stack.url): Promise<Screen> {
  const command = matrxCommand('shell', sandbox.sandboxId, '--transport', transport);
  const screen = new Screen(command, { env: { ...env, MATRX_URL: url }, rows: 24, cols: 120 });
  await screen.shows(prompt);
  return screen;
}

/** The newest command, which the last shell is. */
async function newest(): Promise<CommandHandle> {
  for await (const handle of sandbox.commands.list()) return handle;
  throw new Error('there is no command');
}

describe.each(['http', 'channel'])('by the transport %s', (transport) => {
  test('a shell has its prompt, colours, and the exit code it ends with', async () => {
    await using screen = await openShell(transport);
    screen.type('printf "\\033[31mred\\033[0m %s\\n" "$TERM"\r');
    await screen.shows('red xterm-256color');
    expect(screen.colourOf('red xterm')).toBe(1);
    screen.type('exit 7\r');
    expect(await screen.exited()).toBe(7);
  });

  test('it takes the size of the terminal, and each new one', async () => {
    await using screen = await openShell(transport);
    screen.type('trap "stty size" WINCH; stty size\r');
    await screen.shows('24 120');
    screen.resize(30, 100);
    screen.type('\r');
    await screen.shows('30 100');
    screen.type('exit\r');
    await screen.exited();
  });

  test('Ctrl-C is the program’s, and the shell goes on until Ctrl-D', async () => {
    await using screen = await openShell(transport);
    screen.type('echo begun; sleep 600\r');
    await screen.shows(/^begun/m);
    screen.type('\x03');
    // What is typed while no line is read is the terminal's to throw away.
    await screen.shows(prompt);
    screen.type('echo code $?; (exit 4)\r');
    await screen.shows(/^code 130[\s\S]*[$#] *$/m);
    screen.type('\x04');
    expect(await screen.exited()).toBe(4);
  });

  test('a line feed alone goes down and not back, as programs in full screen mean it', async () => {
    await using screen = await openShell(transport);
    screen.type('clear; stty -onlcr; printf "down\\nhere\\r\\n"; stty onlcr; exit\r');
    await screen.shows(/^down\n {4}here/m);
    expect(await screen.exited()).toBe(0);
  });

  test('an editor has the whole screen, and gives it back', async () => {
    await using screen = await openShell(transport);
    screen.type('vi -u NONE -N edited\r');
    await screen.until(() => screen.isAlternate, 'the editor');
    screen.type('iwritten here\x1b');
    await screen.shows('written here');
    screen.type(':wq\r');
    await screen.until(() => !screen.isAlternate, 'the end of the editor');
    screen.type('clear; rev edited; rm edited; exit\r');
    await screen.shows('ereh nettirw');
    expect(await screen.exited()).toBe(0);
  });

  test('whoever leaves by ~. finds the shell again as it was', async () => {
    await using screen = await openShell(transport);
    screen.type('word=kept\r');
    screen.type('\r~.');
    expect(await screen.exited()).toBe(0);
    const { commandId } = await newest();
    expect(screen.text).toContain(`matrx attach ${sandbox.sandboxId} ${commandId}`);
    const command = matrxCommand('attach', sandbox.sandboxId, commandId, '--transport', transport);
    await using again = new Screen(command, { env, cols: 120 });
    await again.shows(prompt);
    again.type('echo $word; exit 5\r');
    await again.shows(/^kept/m);
    expect(await again.exited()).toBe(5);
  });
});

test('a shell goes on over a network that is cut for a while', async () => {
  await using proxy = await startCutProxy(stack.url);
  await using screen = await openShell('http', proxy.url);
  screen.type('echo before; sleep 1; echo meanwhile\r');
  await screen.shows(/^before/m);
  proxy.cut();
  screen.type('echo typed\r');
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  proxy.mend();
  await screen.shows(/^meanwhile[\s\S]*^typed/m);
  expect(screen.text.match(/^(before|meanwhile|typed)$/gm)).toEqual(['before', 'meanwhile', 'typed']);
  screen.type('exit 3\r');
  expect(await screen.exited()).toBe(3);
});

test('the terminal is as it was before, however the shell ends', async () => {
  const shell = matrxCommand('shell', sandbox.sandboxId).join(' ');
  const script = `stty -g; sh -c 'echo pid $$; exec ${shell}'; echo code $?; stty -g`;
  await using screen = new Screen(['bash', '-c', script], { env, rows: 40, cols: 200 });
  await screen.shows(prompt);
  const pid = Number(/^pid (\d+)/m.exec(screen.text)?.[1]);
  screen.type('tput smcup\r');
  await screen.until(() => screen.isAlternate, 'another screen');
  process.kill(pid, 'SIGTERM');
  await screen.exited();
  expect(screen.isAlternate).toBe(false);
  expect(screen.text).toContain('code 143');
  const modes = screen.text.match(/^[0-9a-f]+:[0-9a-f:]+$/gm);
  expect(modes).toHaveLength(2);
  expect(modes?.[1]).toBe(modes?.[0]);
});

test('a terminal that is closed takes its shell with it', async () => {
  const screen = await openShell('http');
  const handle = await newest();
  screen.kill('SIGHUP');
  expect(await screen.exited()).toBe(129);
  expect((await handle.wait()).outcome).not.toBe('running');
});

test('exec -it is a terminal for one command, exec -i a pipe without a limit', async () => {
  const ask = ['exec', sandbox.sandboxId, '-it', '-c', 'read -p "name? " name; echo "hello $name"; exit 3'];
  await using screen = new Screen(matrxCommand(...ask), { env });
  await screen.shows('name?');
  screen.type('ann\r');
  expect(await screen.exited()).toBe(3);
  expect(screen.text).toContain('hello ann');
  const input = Buffer.alloc(3_000_000, 'x');
  const counted = await runMatrx(['exec', sandbox.sandboxId, '-i', '--', 'wc', '-c'], { env, input });
  expect(counted).toMatchObject({ exitCode: 0, stdout: Buffer.from('3000000\n'), stderr: '' });
});

test('a command left running is listed, read, and ended, by the command line alone', async () => {
  const matrx = (...argv: string[]) => runMatrx(argv, { env });
  const { sandboxId } = sandbox;
  const started = await matrx('exec', sandboxId, '-d', '-c', 'echo out; echo err >&2; sleep 600');
  const id = started.stdout.toString().trim();
  expect((await matrx('ps', sandboxId)).stdout.toString()).toContain(`${id}  running`);
  await expect
    .poll(async () => (await matrx('logs', sandboxId, id)).stdout.toString(), { timeout: 20_000 })
    .toBe('out\n');
  const following = matrx('logs', sandboxId, id, '-f');
  expect(await matrx('kill', sandboxId, id)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await following).toMatchObject({ exitCode: 0, stdout: Buffer.from('out\n'), stderr: 'err\n' });
  expect(await matrx('attach', sandboxId, id)).toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining('was killed'),
  });
  expect((await matrx('ps', sandboxId, '-a')).stdout.toString()).toContain(id);
});
