import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine, EngineProbe } from '../../../../local/engines/engine.ts';
import { lockFolder } from '../../../../local/service/folder/lock-folder.ts';
import { type Finding, inspect } from '../../../../local/service/inspect.ts';

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'matrx-inspect-')));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const engine = (name: Engine['name'], probe: EngineProbe): Engine => ({
  name,
  networks: ['none', 'host'],
  probe: async () => probe,
  start: () => Promise.reject(new Error('nothing is started')),
  sweep: () => Promise.reject(new Error('nothing is removed')),
});
const broken = engine('docker', { ok: false, reason: 'nobody answers', fix: 'start Docker' });
const working = engine('namespaces', { ok: true, notes: ['disk space is not limited'] });

async function findings(path: string, ...engines: Engine[]) {
  const found: Record<string, Omit<Finding, 'name'>> = {};
  for await (const { name, ...rest } of inspect(path, () => engines)) found[name] = rest;
  return found;
}

test('a folder that is not there is looked at without making it', async () => {
  const above = folder();
  const found = await findings(join(above, 'data'), working);
  expect(found['data folder']).toMatchObject({ ok: true, fix: 'npm start makes it' });
  expect(found['logs']).toBeUndefined();
  expect(readdirSync(above)).toEqual([]);
});

test('who uses the folder is said, and whether a killed service left it', async () => {
  const path = folder();
  expect((await findings(path))['data folder']?.detail).toContain('in use by nobody');
  writeFileSync(join(path, 'local.json'), '{}');
  expect((await findings(path))['data folder']).toMatchObject({
    detail: `${path} was left by a service that was killed`,
    fix: expect.stringContaining('npm start'),
  });
  await using _lock = await lockFolder(path);
  expect((await findings(path))['data folder']?.detail).toBe(`${path}, in use by process ${process.pid}`);
});

test('one engine that works is enough, and the other says what it misses', async () => {
  expect(await findings(folder(), broken, working)).toMatchObject({
    docker: { ok: true, detail: "doesn't work here: nobody answers", fix: 'start Docker' },
    namespaces: { ok: true, detail: 'works, with network none or host; disk space is not limited', fix: null },
  });
});

test('fails where no engine works', async () => {
  expect(await findings(folder(), broken)).toMatchObject({ docker: { ok: false, fix: 'start Docker' } });
});

test('the logs are named', async () => {
  const path = folder();
  expect((await findings(path))['logs']?.detail).toBe(`none yet; they will be in ${path}/logs`);
  mkdirSync(join(path, 'logs'));
  for (const name of ['agents.log', 'aws.log']) writeFileSync(join(path, 'logs', name), '');
  expect((await findings(path))['logs']?.detail).toBe(`${path}/logs: agents.log, aws.log`);
});
