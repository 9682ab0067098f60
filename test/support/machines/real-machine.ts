import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { HelloFinder } from '../../../channel/codec/hello.ts';
import { terminalDuplex } from '../../../channel/codec/terminal-duplex.ts';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { systemClock } from '../../../contract/clock.ts';
import { container } from '../../../contract/deployment.ts';
import type { Machine, Terminal } from '../../../local/engines/engine.ts';
import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { writeAgentFiles } from '../agent/agent-files.ts';
import { credentialsPath, type FakeControlPlane, startControlPlane } from '../fakes/fake-control-plane.ts';

/** A machine of the namespaces engine with the agent as it is bundled, before a control plane that is played. */
export interface RealMachine extends AsyncDisposable {
  readonly machine: Machine;
  readonly plane: FakeControlPlane;
  readonly log: () => string;
}

let machines = 0;

/** Starts one, for whoever has namespaces. */
export async function startMachine(settings: Record<string, string> = {}): Promise<RealMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-inside-'));
  await writeAgentFiles(folder);
  const plane = await startControlPlane();
  const parts = {
    node: process.execPath,
    agentBundle: join(folder, 'agent.cjs'),
    attachScript: join(folder, 'bin/attach'),
    filesHelper: join(folder, 'files-helper.cjs'),
    programsDir: join(folder, 'programs'),
  };
  const engine = createNamespacesEngine({ dataDir: join(folder, 'data'), parts });
  let log = '';
  const machine = await engine.start({
    id: `a9e${(++machines).toString(16)}${process.pid.toString(16).padStart(12, '0')}`,
    command: container.command,
    environment: {
      ...container.environment,
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
export async function openChannel({ machine, plane }: RealMachine) {
  const terminal = machine.openTerminal(['/opt/matrx/bin/attach']);
  const channel = await channelOver(terminal);
  const { channel_key, sandbox_id, generation } = plane.assignment;
  const identity = { key: Buffer.from(channel_key, 'base64'), context: `${sandbox_id}/${generation}` };
  await proveNear(channel, identity, systemClock, 5_000);
  return { http: connectHttp(channel, { clock: systemClock }), terminal };
}
