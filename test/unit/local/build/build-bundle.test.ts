import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildBundle } from '../../../../local/build/build-bundle.ts';

async function project() {
  const root = await mkdtemp(join(tmpdir(), 'matrx-build-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'main.ts'), "import { word } from './word.ts'; console.log(word);");
  await writeFile(join(root, 'word.ts'), "export const word: string = 'first';");
  const outfile = join(root, 'out/main.mjs');
  const build = (options = {}, mode = 0o600) =>
    buildBundle(root, {
      outfile,
      mode,
      options: { bundle: true, format: 'esm', entryPoints: ['main.ts'], ...options },
    });
  return { root, outfile, build };
}

test('a bundle is kept until something that went into it changes', async () => {
  const { root, outfile, build } = await project();
  expect(await build()).toBe('built');
  expect(await build()).toBe('kept');
  await writeFile(join(root, 'word.ts'), "export const word: string = 'second';");
  expect(await build()).toBe('built');
  expect(await readFile(outfile, 'utf8')).toContain('second');
  expect(await build({ minify: true })).toBe('built');
});

test('a bundle is made again when other packages are installed', async () => {
  const { root, outfile, build } = await project();
  await mkdir(join(root, 'node_modules/words'), { recursive: true });
  await writeFile(join(root, 'main.ts'), "import { word } from 'words'; console.log(word);");
  const install = async (word: string) => {
    await writeFile(join(root, 'node_modules/words/index.js'), `export const word = '${word}';`);
    await writeFile(join(root, 'package-lock.json'), JSON.stringify({ word }));
  };
  await install('first');
  expect(await build()).toBe('built');
  expect(await build()).toBe('kept');
  await install('second');
  expect(await build()).toBe('built');
  expect(await readFile(outfile, 'utf8')).toContain('second');
});

test('a bundle that is gone is made again, with its mode', async () => {
  const { outfile, build } = await project();
  await build({}, 0o555);
  await rm(outfile);
  expect(await build({}, 0o555)).toBe('built');
  expect((await stat(outfile)).mode & 0o777).toBe(0o555);
});

test('fails when a source cannot be bundled, and leaves the last bundle as it was', async () => {
  const { root, outfile, build } = await project();
  await build();
  await writeFile(join(root, 'word.ts'), 'export const = ;');
  await expect(build()).rejects.toThrow();
  expect(await readFile(outfile, 'utf8')).toContain('first');
});
