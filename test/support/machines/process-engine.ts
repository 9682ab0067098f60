import { spawn } from 'node:child_process';
import type { Engine, Machine, MachineSpec } from '../../../local/engines/engine.ts';
import { HostTerminal } from '../../../local/engines/terminal/host-terminal.ts';

/** "Machines" that are plain processes of this host, for tests of what is around a machine. They isolate nothing. A start waits for `onStart`. */
export function processEngine(onStart: (spec: MachineSpec) => void | Promise<void> = () => undefined): Engine {
  return {
    name: 'namespaces',
    networks: ['none', 'host'],
    probe: async () => ({ ok: true, notes: [] }),
    sweep: async () => undefined,
    async start(spec) {
      await onStart(spec);
      return startProcess(spec);
    },
  };
}

async function startProcess({ id, command, environment, linkSocket, onLog }: MachineSpec): Promise<Machine> {
  const [program = '', ...args] = command;
  const env = { PATH: process.env['PATH'], ...environment, MATRX_LINK: linkSocket };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.stdout.on('data', onLog);
  child.stderr.on('data', onLog);
  const terminals = new Set<HostTerminal>();
  const exitCode = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  return {
    id,
    exited: exitCode.then(async (code) => {
      for (const terminal of terminals) terminal.kill();
      await Promise.all([...terminals].map((terminal) => terminal.exited));
      return { exitCode: code, outOfMemory: false };
    }),
    openTerminal(argv) {
      const terminal = new HostTerminal(argv, { PATH: String(process.env['PATH']), TERM: 'xterm-256color' });
      terminals.add(terminal);
      return terminal;
    },
    signal: (name) => void child.kill(name),
  };
}
