import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../../../local/service/folder/lock-folder.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'matrx-lock-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('a folder is held once, by whatever path it is named, and the refusal names the holder', async () => {
  const path = await folder();
  const alias = join(path, 'alias');
  await symlink(path, alias);
  {
    await using _held = await lockFolder(path);
    await expect(lockFolder(alias)).rejects.toThrow(`is in use by process ${process.pid}`);
  }
  await using _again = await lockFolder(alias);
});

test('a holder that is killed holds nothing', async () => {
  const path = await folder();
  const module = join(import.meta.dirname, '../../../../local/service/folder/lock-folder.ts');
  const program = `import { lockFolder } from ${JSON.stringify(module)};
    await lockFolder(${JSON.stringify(path)}); process.stdout.write('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', program]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  await expect(lockFolder(path)).rejects.toThrow(`process ${holder.pid}`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await using _held = await lockFolder(path);
});
