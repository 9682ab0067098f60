import { writeFileSync } from 'node:fs';
import type { InstalledPackage } from '../../containers/sandbox/inventory.ts';
import { run } from '../deploy/run.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { readInventory } from './read-inventory.ts';

interface Description {
  /** Unpacked. */
  readonly megabytes: number;
  /** Where its bill of materials is. */
  readonly file: string;
}

/** Measures an image of this machine's Docker engine, and writes what is in it as CycloneDX. `bundled` is what the agent's own files are made from. */
export function describeImage(template: string, image: string, bundled: readonly InstalledPackage[]): Description {
  const size = run('docker', ['image', 'inspect', '--format', '{{.Size}}', image], { output: 'read' });
  const file = `dist/image-${template}.cdx.json`;
  const bill = billOfMaterials({ template, image, inventory: readInventory(image), bundled });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  return { megabytes: Math.round(Number(size) / 1_000_000), file };
}
