import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// One file for each edge between two folders; the lint rules must refuse exactly those that are not allowed.
const places = [
  'contract/api',
  'channel/near',
  'channel/far',
  'channel/codec',
  'lambdas',
  'lambdas/core/sandboxes',
  'lambdas/aws',
  'lambdas/http',
  'containers/agent',
  'client',
  'client/cli',
  'lib',
  'local/ecs',
] as const;
type Place = (typeof places)[number];

const allowed: Record<Place, readonly Place[]> = {
  'contract/api': [],
  'channel/near': ['channel/far', 'channel/codec'],
  'channel/far': ['channel/near', 'channel/codec'],
  'channel/codec': ['channel/near', 'channel/far'],
  lambdas: [
    'contract/api',
    'channel/near',
    'channel/far',
    'channel/codec',
    'lambdas/core/sandboxes',
    'lambdas/aws',
    'lambdas/http',
  ],
  'lambdas/core/sandboxes': ['contract/api'],
  'lambdas/aws': [
    'contract/api',
    'channel/near',
    'channel/far',
    'channel/codec',
    'lambdas',
    'lambdas/core/sandboxes',
    'lambdas/http',
  ],
  'lambdas/http': [
    'contract/api',
    'channel/near',
    'channel/far',
    'channel/codec',
    'lambdas',
    'lambdas/core/sandboxes',
    'lambdas/aws',
  ],
  'containers/agent': ['contract/api', 'channel/far', 'channel/codec'],
  client: ['contract/api', 'channel/near', 'channel/codec'],
  'client/cli': ['contract/api', 'channel/near', 'channel/codec', 'client'],
  lib: ['contract/api'],
  'local/ecs': ['contract/api', 'channel/near', 'channel/far', 'channel/codec'],
};

const edges = places.flatMap((from) => places.filter((to) => to !== from).map((to) => [from, to] as const));

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
const refused = new Set<string>();

const fileOf = (from: Place, to: string) => `${from}/from-${to.replaceAll(/[/:@]/g, '-')}.ts`;

function writeFixture(from: Place, to: string, source: string): void {
  const file = join(folder, fileOf(from, to));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
}

const packages: readonly (readonly [Place, string])[] = [
  ['contract/api', 'node:fs'],
  ['contract/api', 'ws'],
  ['lambdas/core/sandboxes', '@aws-sdk/client-ecs'],
  ['lambdas/core/sandboxes', '@middy/core'],
  ['lambdas/core/sandboxes', 'node:http'],
  ['client', 'node:fs'],
];

function writeFolder(): void {
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  config.vcs.enabled = false;
  config.plugins = config.plugins.map((path: string) => resolve(root, path));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
  for (const [from, to] of edges) {
    const path = relative(join(folder, from), join(folder, to, to === 'lambdas' ? 'services/part.ts' : 'part.ts'));
    writeFixture(from, to, `import '${path.startsWith('.') ? path : `./${path}`}';\n`);
  }
  for (const [from, name] of packages) writeFixture(from, name, `import '${name}';\n`);
  writeFixture('lambdas', 'late', "export const late = () => import('node:fs');\n");
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrx-import-rules-'));
  writeFolder();
  const biome = join(root, 'node_modules/.bin/biome');
  const args = ['lint', '--reporter=github', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  for (const match of stdout.matchAll(/title=(?:lint\/style\/noRestrictedImports|plugin),file=([^,]+),/g))
    refused.add(relative(folder, resolve(folder, match[1] ?? '')));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(edges)('an import from %s to %s is refused unless the layout allows it', (from, to) => {
  expect(refused.has(fileOf(from, to))).toBe(!allowed[from].includes(to));
});

test.each(packages)('%s must not import %s', (from, name) => {
  expect(refused.has(fileOf(from, name))).toBe(true);
});

test('M6: an import inside a function is refused', () => {
  expect(refused.has(fileOf('lambdas', 'late'))).toBe(true);
});
