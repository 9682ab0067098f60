import { expect, test } from 'vitest';
import { billOfMaterials } from '../../../bin/image/bill-of-materials.ts';
import { bundledPackages } from '../../../bin/image/bundled-packages.ts';

const bash = { name: 'bash', version: '5.2.15-2+b7', architecture: 'arm64', source: 'bash' };
const zod = { name: 'zod', version: '4.0.0', license: 'MIT' };
const inventory = {
  system: { id: 'debian', version: '12' },
  node: '24.18.0',
  debian: [bash, { name: 'libssl3', version: '1:3.0~rc1', architecture: 'arm64', source: 'openssl' }],
  npm: [{ name: '@scope/tool', version: '1.0.0', license: 'ISC' }, zod],
  python: [{ name: 'PyEE', version: '13.0.1' }],
};
const bill = billOfMaterials({ template: 'base', image: 'here/matrx:base-arm64-0123', inventory, bundled: [zod] });

test('a bill of materials names each part as advisories do, and each part once', () => {
  expect(bill.components.map(({ purl }) => purl)).toEqual([
    undefined,
    'pkg:generic/node@24.18.0',
    'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=arm64&distro=debian-12',
    'pkg:deb/debian/libssl3@1:3.0~rc1?arch=arm64&distro=debian-12&upstream=openssl',
    'pkg:npm/%40scope/tool@1.0.0',
    'pkg:npm/zod@4.0.0',
    'pkg:pypi/pyee@13.0.1',
  ]);
  const references = bill.components.map((component) => component['bom-ref']);
  expect(new Set(references).size).toBe(references.length);
});

test('a bill of materials says which image it is of, and the licence of what says one', () => {
  expect(bill.metadata.component).toMatchObject({ type: 'container', name: 'base', version: 'base-arm64-0123' });
  expect(bill.components.find(({ name }) => name === 'zod')?.licenses).toEqual([{ license: { name: 'MIT' } }]);
  expect(bill.components.find(({ name }) => name === 'bash')).not.toHaveProperty('licenses');
});

test('the packages in the files of the agent are known, with version and licence', () => {
  expect(bundledPackages()).toContainEqual({ name: 'zod', version: expect.stringMatching(/^\d/), license: 'MIT' });
});
