import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const contentOf = (file: string) => readFileSync(join(root, file), 'utf8');

const scripts = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !/\.(ts|mjs|md|json|png)$/.test(file))
  .filter((file) => /^#!.*\b(ba)?sh\b/.test(contentOf(file)));

const shellcheckHere = spawnSync('shellcheck', ['--version']).status === 0;

test.each(scripts)('C9: a shell script ends at the first command that fails: %s', (file) => {
  const text = contentOf(file);
  const isBash = /^#!.*\bbash\b/.test(text);
  // The plain shell of many systems has no pipefail, so nothing there may hang on a pipeline.
  expect(text).toMatch(isBash ? /^set -euo pipefail$/m : /^set -eu$/m);
  if (!isBash) expect(text.split('\n').filter((line) => /[^|]\|[^|)&]/.test(line.replace(/#.*/, '')))).toEqual([]);
});

test.skipIf(!shellcheckHere)('C9: shellcheck finds nothing in any of them', () => {
  const { status, stdout } = spawnSync('shellcheck', scripts, { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('C9: there are scripts to look at', () => {
  expect(scripts).toContain('.ci/run');
  expect(scripts).toContain('local/engines/namespaces/scripts/build-root.sh');
});
