import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineProbe } from '../engine.ts';
import { missingTerminals } from '../terminal/native-terminal.ts';
import type { Controller } from './cgroup-hierarchies.ts';
import { createControlGroups, removeControlGroups } from './control-groups.ts';
import { type Isolation, scriptsFolder, systemPath } from './isolation.ts';

const run = promisify(execFile);

const tools = ['unshare', 'nsenter', 'setpriv', 'mount', 'umount', 'pivot_root', 'bash', 'env', 'perl'] as const;

// What build-root.sh will need most, tried in namespaces of its own, where it touches nothing of the host.
const trial = 'mount -t tmpfs trial /tmp && mount -t proc trial /proc && mount -o bind,ro /usr /tmp';

const controllers: Readonly<Record<Controller, string>> = {
  memory: 'memory is not limited',
  pids: 'the number of processes is not limited',
  cpu: 'CPU time is not limited',
};

function isInstalled(tool: string): boolean {
  return systemPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function howToIsolate(rootless: boolean): string {
  if (!rootless) return 'run on a machine, or in a container with --privileged, where root may create namespaces';
  const user = userInfo().username;
  return `run as root, or give this user a range of ids: apt-get install uidmap && usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`;
}

async function tryIsolation(isolation: Isolation): Promise<string | undefined> {
  const filter = ['perl', join(scriptsFolder, 'filter-calls.pl')];
  const [program = 'unshare', ...words] = [...isolation.unshare('none'), ...filter, '/bin/sh', '-ec', trial];
  try {
    await run(program, words, { env: { PATH: systemPath }, timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return stderr?.trim() || message;
  }
}

/** Control groups can only be tried: one is made and removed at once. */
async function notesOnLimits(groupPrefix: string, maxProcesses: number): Promise<string[]> {
  const made: string[] = [];
  const { limited } = createControlGroups(
    `${groupPrefix}probe-${process.pid}`,
    { memoryMb: 64, maxProcesses, cpu: 1024 },
    (folder) => made.push(folder),
  );
  await removeControlGroups(made);
  return (Object.keys(controllers) as Controller[])
    .filter((controller) => !limited.includes(controller))
    .map((controller) => `${controllers[controller]}: this host offers no control group for it`);
}

/** Tries for real what a machine needs, without leaving a trace. */
export async function probeNamespaces(options: {
  readonly isolation: Isolation;
  readonly groupPrefix: string;
  readonly maxProcesses: number;
}): Promise<EngineProbe> {
  const rootless = process.getuid?.() !== 0;
  if (process.platform !== 'linux') {
    return { ok: false, reason: `${process.platform} has no namespaces`, fix: 'use Docker, or a Linux machine' };
  }
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) {
    return {
      ok: false,
      reason: `missing: ${missing.join(', ')}`,
      fix: 'apt-get install util-linux mount bash coreutils perl-base',
    };
  }
  const noTerminals = missingTerminals();
  if (noTerminals !== undefined) return { ok: false, reason: noTerminals, fix: 'npm install --include=optional' };
  const refusal = await tryIsolation(options.isolation);
  if (refusal !== undefined) return { ok: false, reason: refusal, fix: howToIsolate(rootless) };
  return {
    ok: true,
    notes: [
      ...(await notesOnLimits(options.groupPrefix, options.maxProcesses)),
      'disk space is not limited: machines share the disk of the data folder',
      ...(isInstalled('ip') ? [] : ['loopback stays down without the ip tool: apt-get install iproute2']),
    ],
  };
}
