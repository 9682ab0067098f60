import { type Connection, type ConnectionOptions, openConnection } from '../../connection.ts';
import type { AdminCommand } from '../admin/admin-command.ts';
import { pool } from '../admin/pool.ts';
import { quota } from '../admin/quota.ts';
import { stopAll } from '../admin/stop-all.ts';
import { cap, close, open, status } from '../admin/switches.ts';
import { nearest } from '../arguments/nearest.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const commands: Readonly<Record<string, AdminCommand>> = {
  status,
  open,
  close,
  cap,
  'stop-all': stopAll,
  quota,
  pool,
};

// Ending everybody's sandboxes is paced, and takes as long as the function may.
const totalMs = 900_000;

function findCommand(name: string | undefined, words: readonly string[]): AdminCommand {
  const names = Object.keys(commands);
  if (name === undefined) throw new UsageError(`expected one of ${names.join(', ')}`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const near = nearest(name, names);
    const hint = near ? `did you mean ${near}?` : `expected one of ${names.join(', ')}`;
    throw new UsageError(`there is no matrx admin ${name.slice(0, 40)}; ${hint}`);
  }
  const [least, most] = command.words;
  if (words.length < least || words.length > most)
    throw new UsageError(`expected matrx admin ${name} ${command.usage}`);
  return command;
}

/** As an administrator where there is one; a service that signs may be an operator too. */
const connect = async (options: ConnectionOptions): Promise<Connection> =>
  options.as === undefined
    ? openConnection({ ...options, as: 'admin' }).catch(() => openConnection(options))
    : openConnection(options);

export const admin: Verb = {
  name: 'admin',
  usage: `${Object.keys(commands).join('|')} [flags]`,
  summary: 'for operators: close and open the deployment, cap what it costs, set quotas',
  flags: {
    yes: { help: 'of stop-all: yes, everybody’s' },
    now: { help: 'of stop-all: end commands at once, not by SIGTERM first' },
    live: { value: 'n', help: 'of quota: sandboxes that have not ended; 0 = none' },
    creates: { value: 'n', help: 'of quota: creations a minute' },
    commands: { value: 'n', help: 'of quota: commands a minute' },
    default: { help: 'of quota: as everybody again' },
  },
  notes: Object.entries(commands).map(([name, { usage, summary }]) => `  ${`${name} ${usage}`.trim()}: ${summary}`),
  async run(args, terminal) {
    const [name, ...words] = args.positionals;
    const command = findCommand(name, words);
    const options = { ...connectionOptions(args, terminal), timeouts: { totalMs } };
    const connection = await connect(options);
    const { json, text } = await command.run({ words, args, connection, signal: options.signal });
    await terminal.print(args.on('json') ? JSON.stringify(json) : text);
    return 0;
  },
};
