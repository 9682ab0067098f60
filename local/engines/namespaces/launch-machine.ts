import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { MachineSpec } from '../engine.ts';
import { environmentEntries, runCommandScript } from '../environment-entries.ts';
import type { MachineParts } from '../machine-parts.ts';
import { memoryGroup } from './control-groups.ts';
import { boundingSet, type Isolation, scriptsFolder, systemPath } from './isolation.ts';
import type { MachineFolder } from './machine-folder.ts';

/** A machine whose first process runs. */
export interface LaunchedMachine {
  /** Ends right after the first process, with its code. */
  readonly process: ChildProcess;
  /** The first process's id on the host. */
  readonly firstPid: number;
  /** Its standard output and error, in the order they were written. */
  readonly log: Readable;
}

const startLimitMs = 30_000;
const reportLimit = 4096;

/** A machine's environment where its specification says nothing else. */
export const defaultEnvironment = { PATH: `${systemPath}:/opt/tools/bin`, HOME: '/root' } as const;

/** The host's words that make a process a member of control groups, and close to it what the service has open. */
export const enterGroups = (groups: readonly string[]): readonly string[] => [
  'bash',
  join(scriptsFolder, 'enter-groups.bash'),
  ...groups.map((folder) => join(folder, 'cgroup.procs')),
  '--',
];

function spawnMachine(
  spec: MachineSpec,
  folder: MachineFolder,
  groups: readonly string[],
  parts: MachineParts,
  isolation: Isolation,
) {
  const argv = [
    ...enterGroups(groups),
    ...isolation.unshare(spec.network),
    '/bin/sh',
    join(scriptsFolder, 'build-root.sh'),
    ...spec.command,
  ];
  // The chain ends with the service whatever ends that: each link gets SIGKILL when the one before it dies.
  return spawn('setpriv', ['--pdeathsig=KILL', '--', ...argv], {
    cwd: '/',
    // A Ctrl-C at the service's terminal is the service's to handle.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: systemPath,
      MACHINE_PARENT: String(process.pid),
      MACHINE_ROOT: folder.root,
      MACHINE_DISK: folder.disk,
      MACHINE_FILES: folder.files,
      MACHINE_SCRIPTS: scriptsFolder,
      MACHINE_NAME: spec.id.slice(0, 12),
      MACHINE_NODE: parts.node,
      MACHINE_AGENT: parts.agentBundle,
      MACHINE_ATTACH: parts.attachScript,
      MACHINE_FILES_HELPER: parts.filesHelper,
      MACHINE_RUN_COMMAND: runCommandScript,
      MACHINE_PROGRAMS: parts.programsDir ?? '',
      MACHINE_NPM: parts.npmDir ?? '',
      MACHINE_MEMORY_GROUP: memoryGroup(groups) ?? '',
      MACHINE_LINK: resolve(spec.linkSocket),
      MACHINE_HOST_NETWORK: spec.network === 'host' ? '1' : '',
      MACHINE_BOUNDING: boundingSet,
      ...environmentEntries({ ...defaultEnvironment, ...spec.environment }),
    },
  });
}

/** What the scripts report on descriptor 3: the first process's id, then that it runs the command. */
async function readReport(report: Readable): Promise<number | undefined> {
  let text = '';
  for await (const chunk of report) {
    text = `${text}${chunk}`.slice(0, reportLimit);
    const match = /^pid (\d+)\nready\n/.exec(text);
    if (match) return Number(match[1]);
  }
  return undefined;
}

async function readComplaint(process: ChildProcess): Promise<string> {
  let text = '';
  process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(0, reportLimit);
  });
  await new Promise((resolve) => process.once('close', resolve));
  return text.trim();
}

/**
 * Builds the machine and starts its command. Nothing reads its output before the caller does. Rejects with what the
 * failing step said, once no process of it is left.
 */
export async function launchMachine(
  ...[spec, folder, groups, parts, isolation]: Parameters<typeof spawnMachine>
): Promise<LaunchedMachine> {
  const process = spawnMachine(spec, folder, groups, parts, isolation);
  const failed = new Promise<never>((_, reject) => process.on('error', reject));
  const log = process.stdio[4] as Readable;
  const limit = setTimeout(() => process.kill('SIGKILL'), startLimitMs);
  try {
    const firstPid = await Promise.race([readReport(process.stdio[3] as Readable), failed]);
    if (firstPid !== undefined) {
      process.stderr?.resume();
      return { process, firstPid, log };
    }
    log.resume();
    throw new Error(
      (await readComplaint(process)) || `its first process ended (${process.signalCode ?? process.exitCode})`,
    );
  } finally {
    clearTimeout(limit);
  }
}
