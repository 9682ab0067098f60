#!/usr/bin/env node
// What `npx matrx` runs. Any Node can read this file; the command line itself needs Node 24, which npm installs beside
// the project's other tools.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const cli = new URL('./matrx.ts', import.meta.url);
const installed = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

// Half of a start is compiling; the next one finds it done. In a folder of the user's own: what lies there is run.
function keepCompiled({ XDG_CACHE_HOME: given, HOME: home }) {
  const caches = given && isAbsolute(given) ? given : home && join(home, '.cache');
  if (!caches) return;
  const own = join(caches, 'matrx');
  for (const folder of [caches, own]) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch {
      // It is there, or there will be none.
    }
  }
  // Where it can't be made Node would try for ever, as below /proc.
  if (existsSync(own)) module.enableCompileCache(own);
}

if (Number.parseInt(process.versions.node, 10) >= needed) {
  keepCompiled(process.env);
  // biome-ignore lint/plugin: an older Node can't read what this imports
  await import(cli.href);
} else if (existsSync(installed)) {
  // The terminal sends Ctrl-C to both; the child decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const { status, signal, error } = spawnSync(installed, [fileURLToPath(cli), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (error) throw error;
  process.exitCode = signal ? 128 + constants.signals[signal] : (status ?? 1);
} else {
  process.stderr.write(
    `matrx needs Node ${needed}, this is ${process.versions.node}: run npm install in the project\n`,
  );
  process.exitCode = 1;
}
