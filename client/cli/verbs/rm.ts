import { SandboxError } from '../../../contract/api/errors.ts';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { openConnection } from '../../connection.ts';
import { send } from '../../http/send/send.ts';
import { sandboxIds } from '../arguments/sandbox-id.ts';
import { reportError } from '../report-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const rm: Verb = {
  name: 'rm',
  usage: '<id>… [flags]',
  summary: 'end sandboxes; harmless to repeat',
  flags: { now: { help: 'end their commands at once, not by SIGTERM first' } },
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const json = args.on('json');
    const ids = sandboxIds(args);
    const connection = await openConnection(options);
    const query = { graceful: args.on('now') ? 'false' : 'true' } as const;
    const ended: Sandbox[] = [];
    let exitCode = 0;
    for (const id of ids) {
      try {
        const sandbox = await send(connection, 'deleteSandbox', { params: { sandbox_id: id }, query }, options);
        ended.push(sandbox);
        if (!json) await terminal.print(`${id}  ${sandbox.status}`);
      } catch (error) {
        // One that can't be ended doesn't keep the others alive.
        if (!(error instanceof SandboxError)) throw error;
        exitCode = await reportError(error, { json, failure: 1 }, terminal);
      }
    }
    if (json) await terminal.print(JSON.stringify({ sandboxes: ended }));
    return exitCode;
  },
};
