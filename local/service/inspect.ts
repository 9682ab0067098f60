import { existsSync } from 'node:fs';
import { readdir, realpath, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine, EngineProbe } from '../engines/engine.ts';
import { folderHolder } from './folder/lock-folder.ts';

/** One thing a local service needs, and what to do where it is not as it should be. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string | null;
}

// Room for the bundles, the records and a sandbox or two.
const leastFreeBytes = 1024 ** 3;

/** What there is to say of a data folder and of this machine, without starting, making or removing anything. */
export async function* inspect(
  given: string,
  createEngines: (dataDir: string) => readonly Engine[],
): AsyncGenerator<Finding> {
  const wanted = resolve(given);
  const folder = existsSync(wanted) ? await realpath(wanted) : undefined;
  yield await inspectFolder(folder, wanted);
  yield await inspectDisk(folder ?? process.cwd());
  yield* inspectEngines(createEngines(folder ?? tmpdir()));
  if (folder !== undefined) yield await inspectLogs(join(folder, 'logs'));
}

async function inspectFolder(folder: string | undefined, wanted: string): Promise<Finding> {
  const found = (detail: string, fix: string | null = null) => ({ name: 'data folder', ok: true, detail, fix });
  if (folder === undefined) return found(`${wanted} is not there yet`, 'npm start makes it');
  const holder = await folderHolder(folder);
  if (holder !== undefined) return found(`${folder}, in use by process ${holder}`);
  if (existsSync(join(folder, 'local.json'))) {
    const detail = `${folder} was left by a service that was killed`;
    return found(detail, 'npm start settles its sandboxes and removes what it left; npm start -- --reset removes all');
  }
  return found(`${folder}, in use by nobody`);
}

async function inspectDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const ok = free >= leastFreeBytes;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder}`;
  return {
    name: 'disk',
    ok,
    detail,
    fix: ok ? null : 'make room, at least 1 GiB, or choose another folder with --data',
  };
}

/** One engine that works is enough; what the others miss is said all the same. */
async function* inspectEngines(engines: readonly Engine[]): AsyncGenerator<Finding> {
  const probes = await Promise.all(engines.map((engine) => engine.probe()));
  const works = probes.some(({ ok }) => ok);
  for (const [index, { name, networks }] of engines.entries()) {
    const probe = probes[index] as EngineProbe;
    if (probe.ok) {
      const detail = [`works, with network ${networks.join(' or ')}`, ...probe.notes].join('; ');
      yield { name, ok: true, detail, fix: null };
    } else yield { name, ok: works, detail: `doesn't work here: ${probe.reason}`, fix: probe.fix };
  }
}

async function inspectLogs(folder: string): Promise<Finding> {
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.log')).sort() : [];
  const detail = names.length > 0 ? `${folder}: ${names.join(', ')}` : `none yet; they will be in ${folder}`;
  return { name: 'logs', ok: true, detail, fix: null };
}
