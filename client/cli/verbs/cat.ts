import { limits } from '../../../contract/api/limits.ts';
import { type Connection, openConnection } from '../../connection.ts';
import { Files } from '../../files/files.ts';
import { keptPieces } from '../../storage/kept-pieces.ts';
import { ownUser } from '../../storage/own-user.ts';
import { filePlace, ownerFlag } from '../arguments/file-place.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const { inlineBytes } = limits.files;

async function* pieces(connection: Connection, sandboxId: string, path: string, options: { signal: AbortSignal }) {
  const files = new Files(connection, sandboxId);
  const { size } = await files.stat(path, options);
  // What a file is told to have is nothing, as of those in /proc, may still be read.
  if (size <= inlineBytes) yield await files.read(path, options);
  else yield* await files.download(path, options);
}

export const cat: Verb = {
  name: 'cat',
  usage: '<id> <path> [flags]',
  summary: 'print a file of a sandbox or of a checkpoint, as it is',
  flags: ownerFlag,
  async run(args, terminal) {
    const { kind, id, user, path } = filePlace(args);
    if (path === undefined) throw new UsageError('expected a path after the id');
    if (args.on('json')) throw new UsageError('--json is not for cat: a file is its own bytes');
    const options = connectionOptions(args, terminal);
    const connection = await openConnection(options);
    const { signal } = options;
    const file =
      kind === 'sandbox'
        ? pieces(connection, id, path, { signal })
        : keptPieces(
            connection,
            { userId: user ?? (await ownUser(connection, signal)), checkpointId: id, path },
            signal,
          );
    for await (const piece of file) await terminal.write('stdout', piece);
    return 0;
  },
};
