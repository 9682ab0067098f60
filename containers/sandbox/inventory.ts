// Says what an image holds, as JSON: fed to the image's own Node, so it imports nothing but Node's.

import { existsSync, globSync, readFileSync } from 'node:fs';

/** What is installed in an image, by what installed it. */
export interface Inventory {
  /** As /etc/os-release says: `debian`, `12`. */
  readonly system: { readonly id: string; readonly version: string };
  readonly node: string;
  readonly debian: readonly DebianPackage[];
  readonly npm: readonly InstalledPackage[];
  readonly python: readonly InstalledPackage[];
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** As the package says it: an SPDX expression, or a name. */
  readonly license?: string | undefined;
}

export interface DebianPackage extends InstalledPackage {
  readonly architecture: string;
  /** The source package it was built from, which advisories name. */
  readonly source: string;
}

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const fieldOf = (text: string, name: string) => new RegExp(`^${name}: *(.+)$`, 'm').exec(text)?.[1]?.trim();
const byName = (a: InstalledPackage, b: InstalledPackage) =>
  a.name < b.name || (a.name === b.name && a.version < b.version) ? -1 : 1;

function system(): Inventory['system'] {
  const text = textOf('/etc/os-release');
  const value = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? 'unknown';
  return { id: value('ID'), version: value('VERSION_ID') };
}

const debian = (): DebianPackage[] =>
  textOf('/var/lib/dpkg/status')
    .split('\n\n')
    .filter((entry) => /^Status: .* installed$/m.test(entry))
    .map((entry) => {
      const field = (name: string) => fieldOf(entry, name) ?? '';
      const name = field('Package');
      const source = field('Source').split(' ')[0] || name;
      return { name, version: field('Version'), architecture: field('Architecture'), source };
    })
    .sort(byName);

const npm = (): InstalledPackage[] =>
  globSync(['/usr/local/lib/node_modules/**/package.json', '/usr/lib/node_modules/**/package.json'])
    .filter((file) => /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
    .filter(({ name, version }) => typeof name === 'string' && typeof version === 'string')
    .map(({ name, version, license }) => ({
      name,
      version,
      license: typeof license === 'string' ? license : undefined,
    }))
    .sort(byName);

// Debian's own Python packages are told of as Debian's.
const python = (): InstalledPackage[] =>
  globSync('/usr/local/lib/python3*/{dist,site}-packages/*.dist-info/METADATA')
    .map((file) => readFileSync(file, 'utf8').split('\n\n')[0] ?? '')
    .map((head) => ({
      name: fieldOf(head, 'Name') ?? '',
      version: fieldOf(head, 'Version') ?? '',
      license: fieldOf(head, 'License-Expression') ?? fieldOf(head, 'License'),
    }))
    .sort(byName);

const inventory: Inventory = {
  system: system(),
  node: process.versions.node,
  debian: debian(),
  npm: npm(),
  python: python(),
};
process.stdout.write(JSON.stringify(inventory));
