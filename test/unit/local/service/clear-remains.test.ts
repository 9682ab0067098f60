import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clearRemains } from '../../../../local/service/folder/clear-remains.ts';

test('what a killed run left half made goes, and its state stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'matrx-remains-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const kept = ['build/functions/query.mjs', 'dynamodb/CURRENT', 'ecs/tasks/1.json', 'logs/aws.log', 'tokens/key.json'];
  const remains = [
    'build/functions/query.mjs.0a1b.new',
    'ecs/tasks/1.json.new',
    'links/1.sock',
    'local.json',
    'local.json.0a1b.new',
    'tokens/key.json.0a1b.new',
  ];
  for (const name of [...kept, ...remains]) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  await clearRemains(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()).toEqual(kept);
});
