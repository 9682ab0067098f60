import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import config from '../../../vitest.config.ts';
import { LongestFirst } from '../../support/longest-first.ts';

const root = resolve(import.meta.dirname, '../../..');
const folders = ['contract', 'channel', 'lambdas', 'containers', 'client', 'local', 'lib'];

const sources = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
);

const exported =
  /^export (?:(?:async )?function\*?|(?:abstract )?class) \w+|^export const \w+[^=]*= (?:async )?(?:\(|<|\w+ =>)/;

// The signatures of one function have one sentence, before the first.
const overload = /^export function \w+.*;$/;

/** Lines that export a function or a class with no sentence before them. */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  const sentenceBefore = (index: number): boolean => {
    const line = lines[index - 1] ?? '';
    const saysNothing = line.startsWith('// biome-ignore') || overload.test(line);
    return saysNothing ? sentenceBefore(index - 1) : /\*\/$|^\/\/ /.test(line);
  };
  return lines.filter((line, index) => exported.test(line) && !sentenceBefore(index));
}

test('H3: every exported function and class says what it promises', () => {
  const found = sources.flatMap(({ name, text }) => undocumented(text).map((line) => `${name}: ${line}`));
  expect(sources.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test('L2: no module is empty', () => {
  const isEmpty = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').trim() === '';
  expect(sources.filter(({ text }) => isEmpty(text)).map(({ name }) => name)).toEqual([]);
});

test('L2: every folder of the top level is explained in ARCHITECTURE', () => {
  const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const hidden = /^(\.|node_modules$|dist$|cdk\.out$|coverage$)/;
  const names = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of names.filter((entry) => !hidden.test(entry.name))) expect(architecture).toContain(`${name}/`);
});

test('L3: no error code, status or stop reason is invented outside its table', () => {
  const thrown = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/new SandboxError\(\s*'(\w+)'/g)].map(([, code]) => ({ name, code })),
  );
  const table = readFileSync(join(root, 'contract/api/errors.ts'), 'utf8');
  expect(thrown.length).toBeGreaterThan(10);
  for (const { name, code } of thrown)
    expect(table, `${name} throws ${code}`).toMatch(new RegExp(`^ {2}${code}: `, 'm'));
});

test('L1: a log line is a constant and fields: nothing is formatted in order to be logged', () => {
  const calls = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/\blog\.(?:info|error)\(([^,)]*)/gi)].map(([, first]) => `${name}: ${first?.trim()}`),
  );
  expect(calls.length).toBeGreaterThan(15);
  expect(calls.filter((call) => call.includes('`') || call.includes('+'))).toEqual([]);
});

test('L4: what is imported or declared and not used is a fault of lint', () => {
  const { linter } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  expect(linter.rules.correctness).toMatchObject({ noUnusedImports: 'error', noUnusedVariables: 'error' });
});

test('L5: tests run in another order each time, files and tests alike', async () => {
  expect(config.test?.sequence).toMatchObject({ shuffle: true, sequencer: LongestFirst });
  const project = { name: 'local' };
  const files = Array.from({ length: 20 }, (_, n) => ({ project, moduleId: join(root, `test/local/${n}.test.ts`) }));
  const long = { project, moduleId: join(root, 'test/local/stack/api.test.ts') };
  const ordered = async (seed: number) => {
    const sequencer = new LongestFirst({ config: { root, sequence: { seed } } } as Vitest);
    return await sequencer.sort([...files, long] as TestSpecification[]);
  };
  expect(await ordered(1)).toEqual(await ordered(1));
  expect(await ordered(1)).not.toEqual(await ordered(2));
  expect((await ordered(3))[0]).toBe(long);
});

test('H7: every dependency is one exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
});
