import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownTemplates } from '../../bin/deploy/images.ts';
import { commandUser } from '../../containers/agent/commands/launch/environment.ts';
import { imageBundles } from '../../containers/sandbox/bundles.ts';
import { container } from '../../contract/deployment.ts';

const root = join(import.meta.dirname, '../..');
const source = readFileSync(join(root, 'containers/sandbox/Dockerfile'), 'utf8');

/** Instructions, whole: comments gone, continued lines joined. */
const instructions = source
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .map((line) => line.trim().replaceAll(/ +/g, ' '))
  .filter((line) => line !== '');
const of = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));

test('C5: what an image is made from is pinned by digest', () => {
  const stages = new Set(of('FROM').map((line) => line.split(' AS ')[1]));
  for (const line of of('FROM')) {
    const [, from = ''] = line.split(' ');
    if (stages.has(from) || from === 'scratch') continue;
    const name = /^\$\{(\w+)\}$/.exec(from)?.[1];
    const image = of('ARG').find((argument) => argument.startsWith(`ARG ${name}=`)) ?? from;
    expect(image).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/);
  }
});

test('C5: what is downloaded is checked: by apt, from a day of the archive that is named, or by hashes that are here', () => {
  for (const line of of('RUN')) {
    const withoutPackages = line
      .replaceAll(/apt-get install [^;&]*/g, '')
      .replaceAll(/npm ci --ignore-scripts [^;&]*|\/root\/\.npm$/g, '')
      .replaceAll(/pip install [^;&]*--require-hashes --only-binary :all: --no-deps [^;&]*/g, '');
    expect(withoutPackages).not.toMatch(/\b(curl|wget|npm|pip|git clone)\b/);
    expect(line).not.toMatch(/\|\s*(ba|da|z)?sh\b|allow-unauthenticated|trusted=yes|--force-yes|--insecure/);
  }
  expect(of('ADD')).toEqual([]);
  expect(source).toMatch(/^ARG DEBIAN_DAY=\d{8}T\d{6}Z$/m);
  expect([...source.matchAll(/"deb .*"/g)].every(([line]) => /\/\$\{DEBIAN_DAY\} /.test(line))).toBe(true);
});

test('C5: Playwright is pinned by hashes, for Node and for Python in one version, and for both kinds of machine', () => {
  const browser = join(root, 'containers/sandbox/browser');
  const lock = JSON.parse(readFileSync(join(browser, 'package-lock.json'), 'utf8'));
  const { '': project, ...packages } = lock.packages;
  expect(Object.keys(packages).sort()).toEqual(['node_modules/playwright', 'node_modules/playwright-core']);
  for (const entry of Object.values(packages)) {
    expect(entry).toMatchObject({
      version: project.dependencies.playwright,
      integrity: expect.stringMatching(/^sha512-/),
    });
  }
  const requirements = readFileSync(join(browser, 'requirements.txt'), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const [playwright = '', ...others] = requirements.trim().split('\n');
  expect(playwright).toContain(`playwright==${project.dependencies.playwright} `);
  expect(playwright.match(/--hash=sha256:[0-9a-f]{64}\b/g)).toHaveLength(2);
  for (const line of others) expect(line).toMatch(/^[\w-]+==[\d.]+( +--hash=sha256:[0-9a-f]{64})+$/);
});

test('H7: nothing says latest', () => {
  expect(source).not.toMatch(/latest/i);
});

test.each(ownTemplates)('L10: the image %s starts the agent, asks it how it is, and gets it last', (template) => {
  const from = instructions.indexOf(`FROM scratch AS ${template}`);
  const rest = instructions.slice(from + 1);
  const stage = rest.slice(0, rest.findIndex((line) => line.startsWith('FROM ')) >>> 0);
  expect(stage.filter((line) => line.startsWith('COPY ')).at(-1)).toBe('COPY --from=matrx /opt/matrx /opt/matrx');
  expect(stage).toContain(`CMD ${JSON.stringify(container.command).replaceAll(',', ', ')}`);
  expect(stage.find((line) => line.startsWith('HEALTHCHECK '))).toContain(
    `CMD ${JSON.stringify(container.healthCheck).replace(',', ', ')}`,
  );
  expect(stage).toContain('RUN ["/opt/matrx/bin/check-template"]');
});

test('the image has the user that commands run as, and every file that a task starts', () => {
  const { name, uid, gid } = commandUser;
  expect(source).toContain(`useradd --uid ${uid} --gid ${gid} --create-home --home-dir /home/${name}`);
  const files = imageBundles.map(({ file }) => `/opt/matrx/${file}`);
  for (const path of [container.command.at(-1), container.attach, container.healthCheck[1]])
    expect(files).toContain(path);
});

test('C9: every script of the image and of CI stops at the first failure', () => {
  const folders = ['containers/sandbox/rootfs', '.ci'];
  const scripts = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)));
  scripts.push(join(root, 'containers/sandbox/browser/install-playwright'));
  expect(scripts.length).toBeGreaterThanOrEqual(3);
  for (const script of scripts) {
    expect(readFileSync(script, 'utf8')).toMatch(/^#!\/(usr\/bin\/env bash|bin\/bash)\n(#.*\n)*set -euo pipefail\n/);
  }
});
