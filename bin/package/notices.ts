import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const packageName = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The licences of what was bundled, one after the other. */
export function notices(metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const names = new Set(inputs.flatMap((path) => packageName.exec(path)?.[1] ?? []));
  const one = (name: string) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `## ${name} ${version}: ${license}\n\n${text}\n`;
  };
  return ['# What is bundled here, and its licences\n', ...[...names].sort().map(one)].join('\n');
}
