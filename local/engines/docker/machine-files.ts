import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MachineSpec, machinePaths } from '../engine.ts';
import { runCommandScript } from '../environment-entries.ts';
import type { MachineParts } from '../machine-parts.ts';
import type { TarEntry } from './images/tar.ts';

const bin = 'opt/matrx/bin';
const scripts = ['start-command.sh', 'open-terminal.sh', 'kill-session.sh', 'close-routes.pl'];
const inArchive = (path: string) => path.slice(1);

/** Programs for the code in machines, and links to them where it finds them. */
function programEntries(folder: string | undefined): TarEntry[] {
  if (folder === undefined) return [];
  return [
    { path: 'opt/matrx/programs', folder: true, mode: 0o755 },
    ...readdirSync(folder).flatMap((name): TarEntry[] => [
      { path: `opt/matrx/programs/${name}`, from: join(folder, name), mode: 0o555 },
      { path: join(inArchive(machinePaths.tools), name), target: `/opt/matrx/programs/${name}`, mode: 0o777 },
    ]),
  ];
}

/** Our own files in a machine's image, and the folders its users find. `withNode` for an image without the agent's Node. */
export function partEntries(parts: MachineParts, withNode: boolean): TarEntry[] {
  const file = (path: string, from: string, mode = 0o555): TarEntry => ({ path, from, mode });
  return [
    { path: 'opt/matrx', folder: true, mode: 0o755 },
    { path: bin, folder: true, mode: 0o755 },
    ...(withNode ? [file(inArchive(machinePaths.node), parts.node)] : []),
    file(inArchive(machinePaths.agent), parts.agentBundle, 0o444),
    file(inArchive(machinePaths.attach), parts.attachScript),
    file(inArchive(machinePaths.filesHelper), parts.filesHelper, 0o444),
    file(join(bin, 'run-command.sh'), runCommandScript),
    ...scripts.map((name) => file(join(bin, name), join(import.meta.dirname, 'scripts', name))),
    { path: inArchive(machinePaths.tools), folder: true, mode: 0o755 },
    { path: join(inArchive(machinePaths.tools), 'node'), target: machinePaths.node, mode: 0o777 },
    ...programEntries(parts.programsDir),
    { path: inArchive(machinePaths.home), folder: true, mode: 0o755, owner: 1000 },
    { path: 'run/matrx', folder: true, mode: 0o700 },
    { path: 'var/lib/matrx', folder: true, mode: 0o700 },
  ];
}

/** The files a machine was given, for its root alone. */
export const givenEntries = (files: MachineSpec['files'] = {}): TarEntry[] =>
  Object.entries(files).map(([path, content]) => ({ path: path.slice(1), content, mode: 0o400 }));
