// `npm run check`: everything that can be said of the source without running it, in order, stopping at the first fault.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openapiDocument } from '../contract/api/openapi.ts';

const folder = mkdtempSync(join(tmpdir(), 'matrx-check-'));
const openapi = join(folder, 'openapi.json');
writeFileSync(openapi, JSON.stringify(openapiDocument()));

const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['format and lint', 'biome', ['ci', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-p', '.']],
  ['unused code', 'knip', []],
  ['OpenAPI', 'redocly', ['lint', '--extends=spec', openapi]],
  ['deployment', 'cdk', ['synth', '--quiet', '--output', join(folder, 'cdk.out')]],
];

let failed = false;
for (const [name, command, args] of steps) {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  failed = status !== 0;
  process.stdout.write(`${failed ? 'FAIL' : 'ok  '} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  if (!failed) continue;
  process.stdout.write(`${stdout ?? ''}${stderr ?? ''}`);
  break;
}
rmSync(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
