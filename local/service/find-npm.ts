import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The folder of the npm that runs this, or of the one on the PATH. */
export function findNpm(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm'));
  return [env['npm_execpath'] ?? '', ...onPath]
    .filter((file) => file !== '' && existsSync(file))
    .map((file) => realpathSync(file))
    .filter((file) => file.endsWith('/bin/npm-cli.js'))
    .map((file) => dirname(dirname(file)))
    .find((folder) => existsSync(join(folder, 'package.json')));
}
