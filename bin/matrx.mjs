#!/usr/bin/env node
// What `npx matrx` runs. Any Node can read this file; the command line itself needs Node 24, which npm installs beside
// the project's other tools.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const needed = 24;
const cli = new URL('./matrx.ts', import.meta.url);
const installed = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= needed) {
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
