import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { lockFolder } from '../../../local/service/folder/lock-folder.ts';
import { resetFolder } from '../../../local/service/folder/reset-folder.ts';
import { machineProcesses } from '../../support/machines/kill-victims.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { createReady } from '../../support/stack/sandbox-calls.ts';
import { startServiceProcess } from '../../support/stack/service-process.ts';
import { signedFetch } from '../../support/stack/signed-fetch.ts';

const main = join(import.meta.dirname, '../../../local/main.ts');

/** `npm start` without npm and without a terminal. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [[code], words] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { code, words };
}

const folderWith = async (...names: string[]) => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'matrx-reset-'));
  for (const name of names) {
    mkdirSync(join(folder.path, name));
    writeFileSync(join(folder.path, name, 'file'), '');
  }
  return folder;
};

test('the state of the service goes, and what is somebody else’s stays', async () => {
  await using folder = await folderWith('dynamodb', 'ecs', 'logs', 'photos');
  const { code, words } = await start('--reset', '--yes', '--data', folder.path);
  expect({ code, words: words.trim() }).toEqual({
    code: 0,
    words: `The state in ${folder.path} is gone. To begin anew: npm start`,
  });
  expect(readdirSync(folder.path)).toEqual(['photos']);
  expect((await start('--reset', '--yes', '--data', folder.path)).words).toContain('There is nothing to remove');
});

test('a folder that held nothing else goes too', async () => {
  await using folder = await folderWith('dynamodb');
  const data = join(folder.path, 'data');
  mkdirSync(join(data, 'dynamodb'), { recursive: true });
  await start('--reset', '--yes', '--data', data);
  expect(existsSync(data)).toBe(false);
});

test('fails where nobody can be asked, and says what to add', async () => {
  await using folder = await folderWith('dynamodb');
  expect(await start('--reset', '--data', folder.path)).toMatchObject({
    code: 2,
    words: expect.stringContaining('add --yes'),
  });
  expect(readdirSync(folder.path)).toEqual(['dynamodb']);
});

test('fails while a service runs on the folder, before it asks', async () => {
  await using folder = await folderWith('dynamodb');
  await using _held = await lockFolder(folder.path);
  expect(await start('--reset', '--yes', '--data', folder.path)).toMatchObject({
    code: 1,
    words: expect.stringContaining(`is in use by process ${process.pid}`),
  });
  expect(readdirSync(folder.path)).toEqual(['dynamodb']);
});

test('whoever says no keeps everything', async () => {
  await using folder = await folderWith('dynamodb', 'tokens');
  const asked: (readonly string[])[] = [];
  const confirm = async (_: string, present: readonly string[]) => asked.push(present) > 1;
  expect(await resetFolder({ dataDir: folder.path, createEngines: () => [], confirm })).toBe('declined');
  expect(asked).toEqual([['dynamodb', 'tokens']]);
  expect(readdirSync(folder.path)).toEqual(['dynamodb', 'tokens']);
});

test.skipIf(!namespacesHere)('what a killed service left on the host goes with its state', async () => {
  await using folder = await folderWith();
  const dataDir = realpathSync(folder.path);
  await using service = await startServiceProcess(dataDir);
  const { url, person } = service.local;
  await createReady({ fetch: signedFetch(url, { token: person.token }), door: '/v1' });
  expect(machineProcesses(service)).not.toEqual([]);
  await service.kill();
  expect(leftoversOf(dataDir)).not.toEqual([]);
  expect(await start('--reset', '--yes', '--data', dataDir)).toMatchObject({ code: 0 });
  expect({ leftovers: leftoversOf(dataDir), folder: existsSync(dataDir) }).toEqual({ leftovers: [], folder: false });
  mkdirSync(dataDir);
});
