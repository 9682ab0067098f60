import { diagnose } from '../checks/diagnose.ts';
import { printable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const doctor: Verb = {
  name: 'doctor',
  usage: '[flags]',
  summary: 'check everything between here and a running sandbox',
  flags: {},
  notes: ['Exit code: 0 when every check is fine, else 1.'],
  async run(args, terminal) {
    if (args.positionals.length > 0) throw new UsageError(`unexpected argument "${args.positionals[0]}"`);
    const json = args.on('json');
    const checks = [];
    for await (const check of diagnose(connectionOptions(args, terminal))) {
      checks.push(check);
      if (json) continue;
      const mark = check.ok ? terminal.style('stdout', 'green', 'ok  ') : terminal.style('stdout', 'red', 'fail');
      await terminal.print(`${mark}  ${check.name.padEnd(14)}  ${printable(check.detail)}`);
      if (check.fix) await terminal.print(`      ${''.padEnd(14)}  → ${check.fix}`);
    }
    const ok = checks.every((check) => check.ok);
    if (json) await terminal.print(JSON.stringify({ ok, checks }));
    return ok ? 0 : 1;
  },
};
