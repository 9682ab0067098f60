import { openConnection } from '../../connection.ts';
import { makeCheckpoint } from '../../storage/make-checkpoint.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const checkpoint: Verb = {
  name: 'checkpoint',
  usage: '<id> [flags]',
  summary: "save a sandbox's home now and print the checkpoint's id",
  flags: {},
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const onProgress = (files: number, bytes: number) => {
      if (terminal.watched) void terminal.say(`${files} files, ${formatBytes(bytes)} saved so far…`);
    };
    const { signal } = options;
    const made = await makeCheckpoint(await openConnection(options), oneSandboxId(args), { signal, onProgress });
    if (terminal.watched) await terminal.say(`${made.files} files, ${formatBytes(made.bytes)}`);
    await terminal.print(args.on('json') ? JSON.stringify(made) : made.checkpoint_id);
    return 0;
  },
};
