import { limits } from '../../../contract/api/limits.ts';
import { openConnection } from '../../connection.ts';
import { Files } from '../../files/files.ts';
import { sandboxPath } from '../arguments/sandbox-path.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const { inlineBytes } = limits.files;

export const cat: Verb = {
  name: 'cat',
  usage: '<id> <path>',
  summary: 'print a file of a sandbox, as it is',
  flags: {},
  async run(args, terminal) {
    const { sandboxId, path } = sandboxPath(args);
    if (path === undefined) throw new UsageError('expected a path after the sandbox id');
    if (args.on('json')) throw new UsageError('--json is not for cat: a file is its own bytes');
    const options = connectionOptions(args, terminal);
    const files = new Files(await openConnection(options), sandboxId);
    const { size } = await files.stat(path, options);
    // What a file is told to have is nothing, as of those in /proc, may still be read.
    if (size <= inlineBytes) await terminal.write('stdout', await files.read(path, options));
    else for await (const piece of await files.download(path, options)) await terminal.write('stdout', piece);
    return 0;
  },
};
