import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Machine, MachineExit, MachineSpec, Terminal } from '../../../local/engines/engine.ts';
import type { MachineParts } from '../../../local/engines/machine-parts.ts';

/** A folder of its own with what machines need: stand-ins for the agent's files and a link that answers. */
export interface MachineHost extends AsyncDisposable {
  readonly dataDir: string;
  readonly parts: MachineParts;
  readonly linkSocket: string;
}

/** The link says `greeting` to whoever connects, then hangs up. */
export async function createMachineHost(greeting = 'hello from the link'): Promise<MachineHost> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'matrx-machines-')));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const parts = {
    node: process.execPath,
    agentBundle: file('agent.cjs', 'console.log("agent");\n'),
    attachScript: file('attach', '#!/bin/sh\nstty raw -echo\nexec cat\n'),
    filesHelper: file('files-helper.cjs', ''),
  };
  const linkSocket = join(folder, 'link.sock');
  const link = createServer((socket) => socket.on('error', () => {}).end(greeting)).listen(linkSocket);
  await once(link, 'listening');
  return {
    dataDir: join(folder, 'data'),
    parts,
    linkSocket,
    [Symbol.asyncDispose]: async () => {
      link.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let machines = 0;

/** A small machine that runs `script` in a shell. */
export function scriptSpec(host: MachineHost, script: string, changes: Partial<MachineSpec> = {}): MachineSpec {
  machines++;
  return {
    id: `${process.pid.toString(16).padStart(8, '0')}${machines.toString(16).padStart(8, '0')}`,
    command: ['/bin/sh', '-c', script],
    environment: {},
    cpu: 1024,
    memoryMb: 256,
    diskMb: 1024,
    linkSocket: host.linkSocket,
    network: 'none',
    onLog: () => {},
    ...changes,
  };
}

/** Runs `script` as a machine's command to its end. */
export async function runScript(
  engine: Engine,
  host: MachineHost,
  script: string,
  changes: Partial<MachineSpec> = {},
): Promise<MachineExit & { readonly output: string }> {
  let output = '';
  const onLog = (chunk: Buffer) => {
    output += chunk;
  };
  const machine = await engine.start(scriptSpec(host, script, { ...changes, onLog }));
  return { ...(await machine.exited), output };
}

/** A machine that goes on until it is disposed. */
export async function startIdle(
  engine: Engine,
  host: MachineHost,
  changes: Partial<MachineSpec> = {},
): Promise<Machine & AsyncDisposable> {
  const machine = await engine.start(scriptSpec(host, 'exec sleep 600', changes));
  return Object.assign(machine, {
    [Symbol.asyncDispose]: async () => {
      machine.signal('SIGKILL');
      await machine.exited;
    },
  });
}

/** Gathers what a terminal prints; `until` waits for a text in it. */
export function gather(terminal: Terminal): { readonly bytes: () => Buffer; until(text: string): Promise<void> } {
  const chunks: Buffer[] = [];
  const bytes = () => Buffer.concat(chunks);
  let look = () => {};
  terminal.onData((chunk) => {
    chunks.push(chunk);
    look();
  });
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (bytes().includes(text)) resolve();
      };
      look();
    });
  return { bytes, until };
}
