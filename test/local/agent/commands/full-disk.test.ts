import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { namespacesHere } from '../../../support/machines/machine-namespaces.ts';

const launch = `${process.cwd()}/containers/agent/commands/launch`;

// Files have no room before bytes have none.
const program = `
import { readdirSync } from 'node:fs';
import { launchError } from '${launch}/launch.ts';
import { Pipes } from '${launch}/pipes.ts';
const pipes = new Pipes('/mnt');
const error = launchError(await pipes.takeOutput().catch((cause) => cause));
console.log(JSON.stringify({ code: error.code, said: error.cause.code, left: readdirSync('/mnt').length }));
`;

test.skipIf(!namespacesHere)(
  'L6: a command on a disk that has no room for another file is refused for that, and nothing of it is left',
  async () => {
    const script = 'mount -t tmpfs -o nr_inodes=20 none /mnt && exec "$@"';
    const node = [process.execPath, '--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)('unshare', ['-m', 'sh', '-c', script, 'sh', ...node]);
    expect(JSON.parse(stdout)).toEqual({ code: 'disk_full', said: 'ENOSPC', left: 0 });
  },
);
