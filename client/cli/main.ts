import packageJson from '../../package.json' with { type: 'json' };
import { nearest } from './arguments/nearest.ts';
import { parseArguments } from './arguments/parse-arguments.ts';
import { hangUp } from './exit-code.ts';
import { overview, usageOf, verbHelp } from './help.ts';
import { Interruption, Terminal } from './interact/terminal.ts';
import { reportError } from './report-error.ts';
import { UsageError } from './usage-error.ts';
import { commonFlags, type Verb } from './verb.ts';
import { admin } from './verbs/admin.ts';
import { attach } from './verbs/attach.ts';
import { cat } from './verbs/cat.ts';
import { checkpoint } from './verbs/checkpoint.ts';
import { checkpoints } from './verbs/checkpoints.ts';
import { cp } from './verbs/cp.ts';
import { create } from './verbs/create.ts';
import { diff } from './verbs/diff.ts';
import { doctor } from './verbs/doctor.ts';
import { exec } from './verbs/exec.ts';
import { files } from './verbs/files.ts';
import { fork } from './verbs/fork.ts';
import { get } from './verbs/get.ts';
import { kill } from './verbs/kill.ts';
import { logs } from './verbs/logs.ts';
import { ls } from './verbs/ls.ts';
import { me } from './verbs/me.ts';
import { metrics } from './verbs/metrics.ts';
import { ps } from './verbs/ps.ts';
import { rm } from './verbs/rm.ts';
import { set } from './verbs/set.ts';
import { shell } from './verbs/shell.ts';
import { storage } from './verbs/storage.ts';
import { usage } from './verbs/usage.ts';

const verbs: readonly Verb[] = [
  create,
  exec,
  shell,
  ps,
  logs,
  attach,
  kill,
  cp,
  files,
  cat,
  ls,
  get,
  set,
  rm,
  checkpoint,
  checkpoints,
  diff,
  fork,
  storage,
  metrics,
  usage,
  me,
  doctor,
  admin,
];

function findVerb(name: string): Verb {
  const verb = verbs.find((candidate) => candidate.name === name);
  if (verb) return verb;
  const near = nearest(
    name,
    verbs.map((candidate) => candidate.name),
  );
  throw new UsageError(
    `unknown verb "${name.slice(0, 40)}"; ${near ? `did you mean ${near}?` : 'matrx help lists them'}`,
  );
}

async function runVerb(verb: Verb, argv: readonly string[], terminal: Terminal): Promise<number> {
  const end = argv.indexOf('--');
  const json = argv.slice(0, end < 0 ? undefined : end).includes('--json');
  try {
    const args = parseArguments(argv, { ...verb.flags, ...commonFlags });
    if (args.on('help')) {
      await terminal.print(verbHelp(verb));
      return 0;
    }
    return await verb.run(args, terminal);
  } catch (error) {
    const exitCode = await reportError(error, { json, failure: verb.failure ?? 1 }, terminal);
    if (error instanceof UsageError) await terminal.say(`${usageOf(verb)}\nmatrx help ${verb.name} says more`);
    return exitCode;
  }
}

/** Runs a command line and resolves with its exit code: 0, 1 for a failure, 2 for a wrong usage; `exec` has its own. */
async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first = 'help', ...rest] = argv;
  try {
    if (first === '--version' || first === '-v') await terminal.print(packageJson.version);
    else if (first === 'help' || first === '--help' || first === '-h') {
      await terminal.print(rest[0] === undefined ? overview(verbs) : verbHelp(findVerb(rest[0])));
    } else return await runVerb(findVerb(first), rest, terminal);
    return 0;
  } catch (error) {
    return reportError(error, { json: false, failure: 1 }, terminal);
  }
}

/** The command line of this process. */
export async function main(): Promise<void> {
  const terminal = new Terminal(process);
  const onInterrupt = (signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM', exitCode: number) =>
    // Once: a second Ctrl-C ends the process at once.
    process.once(signal, () => terminal.interrupt(new Interruption(`ended by ${signal}`, exitCode)));
  onInterrupt('SIGHUP', hangUp);
  onInterrupt('SIGINT', 130);
  onInterrupt('SIGTERM', 143);
  // Set, not called: what is still to be written gets written.
  process.exitCode = await runCli(process.argv.slice(2), terminal);
}
