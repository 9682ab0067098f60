// Installs the dependencies when they are missing or not those of the lockfile. Plain JavaScript for Node 20: it runs
// before the Node 24 that it installs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const needed = 24;

const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** Whether what npm installed last is what the lockfile names. Packages for other platforms may be absent. */
function isInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && installed[path] === undefined),
  );
}

function install() {
  process.stderr.write('Installing dependencies, once (about 700 MB on disk)…\n');
  const npm = process.env['npm_execpath'];
  const ci = ['ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const [command, args] = npm ? [process.execPath, [npm, ...ci]] : ['npm', ci];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  process.stderr.write(`npm ci failed${error ? `: ${error.message}` : ''}; run "npm ci" to see why\n`);
  process.exit(1);
}

/** Scripts find this Node first on their PATH, whatever Node npm itself runs on. */
function checkNode() {
  const installed = spawnSync(join(root, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' }).stdout;
  const version = installed || process.version;
  if (Number(version.slice(1).split('.')[0]) >= needed) return;
  process.stderr.write(
    `Node ${needed} is needed and npm has none for ${process.platform} ${process.arch}; this is ${process.version}. ` +
      `Install Node ${needed} (https://nodejs.org) and try again.\n`,
  );
  process.exit(1);
}

if (!isInstalled()) install();
checkNode();
