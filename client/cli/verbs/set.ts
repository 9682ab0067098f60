import { openConnection } from '../../connection.ts';
import { send } from '../../http/send/send.ts';
import { toPatchBody } from '../../sandbox-info.ts';
import { parseDuration } from '../arguments/duration.ts';
import { parseKeyValues } from '../arguments/key-values.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { describeRecord } from '../output/describe-record.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const set: Verb = {
  name: 'set',
  usage: '<id> [flags]',
  summary: 'change how long a sandbox lives, or its labels',
  flags: {
    ttl: { value: 'time', help: 'from now: 90s, 15m, 2h, 1d' },
    idle: { value: 'time', help: 'how long it may do nothing; 0 = for ever' },
    label: { value: 'key=value', multiple: true, help: 'in the place of the present ones; repeatable' },
  },
  async run(args, terminal) {
    const id = oneSandboxId(args);
    const changes = {
      ttlMs: parseDuration('ttl', args.text('ttl')),
      idleTimeoutMs: parseDuration('idle', args.text('idle')),
      labels: parseKeyValues('label', args.all('label')),
    };
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new UsageError('expected something to change: --ttl, --idle or --label');
    }
    const options = connectionOptions(args, terminal);
    const input = { params: { sandbox_id: id }, body: toPatchBody(changes) };
    const sandbox = await send(await openConnection(options), 'patchSandbox', input, options);
    await terminal.print(args.on('json') ? JSON.stringify(sandbox) : describeRecord(sandbox));
    return 0;
  },
};
