import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory } from '../../containers/sandbox/inventory.ts';
import { run } from '../deploy/run.ts';

const program = join(import.meta.dirname, '../../containers/sandbox/inventory.ts');

/** What is in an image of this machine's Docker engine, asked of it by its own Node, without a network. */
export function readInventory(image: string): Inventory {
  const node = ['/opt/matrx/bin/node', '--input-type=module-typescript', '-'];
  const flags = ['--rm', '--interactive', '--network', 'none', '--user', '65534:65534'];
  return JSON.parse(
    run('docker', ['run', ...flags, '--entrypoint', ...node.slice(0, 1), image, ...node.slice(1)], {
      input: readFileSync(program, 'utf8'),
      output: 'read',
    }),
  );
}
