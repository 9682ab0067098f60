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

test('the README names only scripts that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, name] of read('README.md').matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
});

test('the README fits on a few screens', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
});
