import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { HelloFinder } from '../../../channel/codec/hello.ts';
import { terminalDuplex } from '../../../channel/codec/terminal-duplex.ts';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { agentBundles } from '../../../containers/agent/bundle.ts';
import { clockSetting, systemClock } from '../../../contract/clock.ts';
import type { Machine, Terminal } from '../../../local/engines/engine.ts';
import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { commandId, requestFrames, requestHealth, until } from '../../support/agent-machine.ts';
import { credentialsPath, type FakeControlPlane, startControlPlane } from '../../support/fake-control-plane.ts';
import { limitsHere, namespacesHere } from '../../support/machine-namespaces.ts';

async function buildAgent(folder: string): Promise<void> {
  for (const { file, mode, build: options } of agentBundles) {
    const outfile = join(folder, file);
    await mkdir(dirname(outfile), { recursive: true });
    await build({ ...options, outfile });
    await chmod(outfile, mode);
  }
}

interface RealMachine extends AsyncDisposable {
  readonly machine: Machine;
  readonly plane: FakeControlPlane;
  readonly log: () => string;
}

let machines = 0;

async function startMachine(settings: Record<string, string> = {}): Promise<RealMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-inside-'));
  await buildAgent(folder);
  const plane = await startControlPlane();
  const parts = {
    node: process.execPath,
    agentBundle: join(folder, 'agent.mjs'),
    attachScript: join(folder, 'bin/attach'),
    filesHelper: join(folder, 'files-helper.cjs'),
  };
  const engine = createNamespacesEngine({ dataDir: join(folder, 'data'), parts });
  let log = '';
  const machine = await engine.start({
    id: `a9e${(++machines).toString(16)}${process.pid.toString(16).padStart(12, '0')}`,
    command: ['/opt/matrx/bin/node', '/opt/matrx/agent.mjs'],
    environment: {
      MATRX_LINK: '/run/matrx/link.sock',
      AWS_REGION: 'us-east-1',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentialsPath,
      ...settings,
    },
    cpu: 1024,
    memoryMb: 512,
    diskMb: 1024,
    linkSocket: plane.linkSocket,
    network: 'none',
    onLog: (chunk) => {
      log += chunk;
    },
  });
  return {
    machine,
    plane,
    log: () => log,
    async [Symbol.asyncDispose]() {
      machine.signal('SIGKILL');
      await machine.exited;
      await plane[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The near end of a terminal that runs `attach`, behind its hello. */
async function channelOver(terminal: Terminal) {
  const finder = new HelloFinder();
  const input = new PassThrough();
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      if (terminal.write(chunk)) done();
      else void terminal.drained().then(() => done());
    },
  });
  const started = Promise.withResolvers<void>();
  let greeted = false;
  terminal.onData((chunk) => {
    const rest = greeted ? chunk : finder.push(chunk);
    if (rest === undefined) return;
    greeted = true;
    started.resolve();
    input.write(rest);
  });
  await started.promise;
  return terminalDuplex({ input, output });
}

/** A proven channel over a terminal of its own, as a holder has it. */
async function openChannel({ machine, plane }: RealMachine) {
  const terminal = machine.openTerminal(['/opt/matrx/bin/attach']);
  const channel = await channelOver(terminal);
  const { channel_key, sandbox_id, generation } = plane.assignment;
  const identity = { key: Buffer.from(channel_key, 'base64'), context: `${sandbox_id}/${generation}` };
  await proveNear(channel, identity, systemClock, 5_000);
  return { http: connectHttp(channel, { clock: systemClock }), terminal };
}

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

    expect((await requestHealth(http)).memory_bytes).toBeLessThan(100 * 1024 * 1024);

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
    // A minute of silence is two seconds here.
    await using inside = await startMachine({ MATRX_CLOCK: clockSetting(30, Date.now()) });
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
