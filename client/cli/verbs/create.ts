import { sizeNames } from '../../../contract/api/sandboxes/sizes.ts';
import { Sandbox } from '../../sandbox.ts';
import { formatDuration, parseDuration } from '../arguments/duration.ts';
import { originOf } from '../arguments/home-origin.ts';
import { parseKeyValues } from '../arguments/key-values.ts';
import { oneOf } from '../arguments/one-of.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { Interruption, type Terminal } from '../interact/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

function gitOf(args: Arguments) {
  const [url, ref] = [args.text('git'), args.text('git-ref')];
  if (url === undefined && ref !== undefined) throw new UsageError('--git-ref is of a repository: --git <url>');
  return url === undefined ? undefined : { url, ref };
}

const settings = (args: Arguments) => ({
  template: args.text('template'),
  size: oneOf('size', args.text('size'), sizeNames),
  ttlMs: parseDuration('ttl', args.text('ttl')),
  idleTimeoutMs: parseDuration('idle', args.text('idle')),
  env: parseKeyValues('env', args.all('env')),
  labels: parseKeyValues('label', args.all('label')),
  userId: args.text('user'),
  storage: { hot: !args.on('no-home'), cold: args.on('cold') },
  from: originOf(args.text('from')),
  git: gitOf(args),
});

async function waitForIt(sandbox: Sandbox, terminal: Terminal): Promise<void> {
  const { sandboxId, info } = sandbox;
  if (terminal.watched) await terminal.say(`${sandboxId} is starting…`);
  try {
    const { expiresAt } = await sandbox.waitUntilReady({ signal: terminal.ending });
    const left = formatDuration(expiresAt.getTime() - Date.now());
    if (terminal.watched) await terminal.say(`ready, size ${info.size.name}, ends in ${left}`);
  } catch (error) {
    if (error instanceof Interruption)
      await terminal.say(`${sandboxId} goes on starting; matrx rm ${sandboxId} ends it`);
    throw error;
  }
}

export const create: Verb = {
  name: 'create',
  usage: '[flags]',
  summary: 'create a sandbox and print its id',
  flags: {
    template: { value: 'name', help: 'image to make it from (base)' },
    size: { value: 'name', help: `CPU and memory: ${sizeNames.join(', ')} (s)` },
    ttl: { value: 'time', help: 'how long it lives: 90s, 15m, 2h, 1d (2h)' },
    idle: { value: 'time', help: 'how long it may do nothing; 0 = for ever (0)' },
    env: { value: 'NAME=VALUE', multiple: true, help: 'environment of its commands; repeatable' },
    label: { value: 'key=value', multiple: true, help: 'to find it by; repeatable' },
    git: { value: 'url', help: 'clone this repository before it is ready: https, ssh or git' },
    'git-ref': { value: 'name', help: 'branch, tag or commit of it (what it says itself)' },
    from: { value: 'id', help: 'checkpoint, or sandbox, that its home begins with (what was saved last)' },
    'no-home': { help: 'neither restore nor keep the home' },
    cold: { help: 'with cold files: matrx-cold inside' },
    user: { value: 'id', help: 'whose it is; needed as service, possible as admin' },
    wait: { help: 'return when it is ready (so it is by default)' },
    'no-wait': { help: 'return as soon as it is recorded' },
  },
  async run(args, terminal) {
    if (args.positionals.length > 0) throw new UsageError(`unexpected argument "${args.positionals[0]}"`);
    if (args.on('wait') && args.on('no-wait')) throw new UsageError('expected one of --wait and --no-wait');
    const sandbox = await Sandbox.create({ ...connectionOptions(args, terminal), ...settings(args), wait: false });
    if (!args.on('no-wait')) await waitForIt(sandbox, terminal);
    await terminal.print(args.on('json') ? JSON.stringify(sandbox) : sandbox.sandboxId);
    return 0;
  },
};
