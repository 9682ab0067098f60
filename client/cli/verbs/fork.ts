import { Sandbox } from '../../sandbox.ts';
import { parseDuration } from '../arguments/duration.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const fork: Verb = {
  name: 'fork',
  usage: '<id> [flags]',
  summary: "save a sandbox's home and create another one that begins with it",
  flags: {
    ttl: { value: 'time', help: 'how long the new one lives: 90s, 15m, 2h, 1d (as the other)' },
    'no-wait': { help: 'return as soon as it is recorded' },
  },
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const sandbox = await Sandbox.connect(oneSandboxId(args), options);
    const ttlMs = parseDuration('ttl', args.text('ttl'));
    const wait = !args.on('no-wait');
    const forked = await sandbox.fork({
      signal: options.signal,
      wait,
      ...(ttlMs === undefined ? {} : { ttlMs }),
    });
    await terminal.print(args.on('json') ? JSON.stringify(forked) : forked.sandboxId);
    return 0;
  },
};
