import type { DebianPackage, InstalledPackage, Inventory } from '../../containers/sandbox/inventory.ts';

interface Contents {
  readonly template: string;
  /** The image's name, with its tag. */
  readonly image: string;
  readonly inventory: Inventory;
  /** What the agent's own files are made from. */
  readonly bundled: readonly InstalledPackage[];
}

interface Component {
  readonly type: 'container' | 'operating-system' | 'library' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly cpe?: string;
  readonly licenses?: readonly { readonly license: { readonly name: string } }[];
}

/** A CycloneDX 1.6 document. */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

/** What an image is made of. The same image has the same bill: no time, no random number is in it. */
export function billOfMaterials({ template, image, inventory, bundled }: Contents): BillOfMaterials {
  const { system, node, debian, npm, python } = inventory;
  const components = [
    { type: 'operating-system', 'bom-ref': 'os', name: system.id, version: system.version } as const,
    nodeComponent(node),
    ...debian.map((found) => library(found, debianPurl(found, system))),
    ...npm.map((found) => library(found, npmPurl(found))),
    ...python.map((found) => library(found, `pkg:pypi/${found.name.toLowerCase()}@${encode(found.version)}`)),
    ...bundled.map((found) => library(found, npmPurl(found))),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'container',
        'bom-ref': 'image',
        name: template,
        version: image.slice(image.lastIndexOf(':') + 1),
      },
    },
    components: [...new Map(components.map((component) => [component['bom-ref'], component])).values()],
  };
}

const encode = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':');

const npmPurl = ({ name, version }: InstalledPackage) => `pkg:npm/${name.replace('@', '%40')}@${encode(version)}`;

function debianPurl({ name, version, architecture, source }: DebianPackage, system: Inventory['system']): string {
  const qualifiers = new URLSearchParams({ arch: architecture, distro: `${system.id}-${system.version}` });
  if (source !== name) qualifiers.set('upstream', source);
  return `pkg:deb/${system.id}/${encode(name)}@${encode(version)}?${qualifiers}`;
}

const nodeComponent = (version: string): Component => ({
  type: 'application',
  'bom-ref': `node@${version}`,
  name: 'node',
  version,
  purl: `pkg:generic/node@${version}`,
  cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
});

const library = ({ name, version, license }: InstalledPackage, purl: string): Component => ({
  type: 'library',
  'bom-ref': purl,
  name,
  version,
  purl,
  ...(license === undefined ? {} : { licenses: [{ license: { name: license } }] }),
});
