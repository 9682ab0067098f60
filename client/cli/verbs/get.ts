import { Sandbox } from '../../sandbox.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { describeRecord } from '../output/describe-record.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const get: Verb = {
  name: 'get',
  usage: '<id> [flags]',
  summary: 'show one sandbox',
  flags: {},
  async run(args, terminal) {
    const sandbox = await Sandbox.connect(oneSandboxId(args), connectionOptions(args, terminal));
    await terminal.print(args.on('json') ? JSON.stringify(sandbox) : describeRecord(sandbox.toJSON()));
    return 0;
  },
};
