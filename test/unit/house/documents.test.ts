import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { errorsPage } from '../../../bin/errors-page.ts';
import { findings } from '../../../bin/findings.ts';
import { findingsPage } from '../../../bin/findings-page.ts';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('the page of errors says what the table says', () => {
  expect(read('docs/errors.md')).toBe(errorsPage());
});

test('the page of findings has all forty, with the tests that are named after them', () => {
  expect(Object.keys(findings)).toHaveLength(40);
  expect(read('docs/findings.md')).toBe(findingsPage());
});

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(pages)('every link of %s to a file leads somewhere', (page) => {
  for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
    expect(existsSync(join(root, dirname(page), target ?? '')), target).toBe(true);
});

const folders = ['bin', 'bench', 'channel', 'client', 'containers', 'contract', 'lambdas', 'lib', 'local', 'test'];
const sources = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
);

test.each(pages)('every source that %s names is there', (page) => {
  for (const [, name] of read(page).matchAll(/`(?:\.\/)?([\w/-]+\.ts)`/g))
    expect(
      sources.some((path) => path.endsWith(`/${name}`)),
      name,
    ).toBe(true);
});

/** Headings of a page, as a link to one names them. */
const anchorsOf = (page: string): string[] =>
  Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('every link of %s to a heading leads to one', (page) => {
  for (const [, target = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g))
    expect(anchorsOf(target === '' ? page : join(dirname(page), target)), `${target}#${anchor}`).toContain(anchor);
});

test('the README names only scripts that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, name] of read('README.md').matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
});

test('the README fits on a few screens', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
});
