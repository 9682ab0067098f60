import { Buffer } from 'node:buffer';
import { chmod, mkdir, rm } from 'node:fs/promises';
import type { ProofIdentity } from '../../channel/codec/proof-mac.ts';
import { channelContext } from '../../contract/agent/channel-context.ts';
import { type ExitCode, exitCodes } from '../../contract/agent/exit-codes.ts';
import type { Assignment } from '../../contract/api/agent-reports.ts';
import { limits } from '../../contract/api/limits.ts';
import { systemClock } from '../../contract/clock.ts';
import { Grants } from './access/grants.ts';
import { provePeer } from './access/prove-peer.ts';
import { serve } from './api/serve.ts';
import { openCold, withCold } from './cold/open-cold.ts';
import type { Command, CommandTools } from './commands/command.ts';
import { Commands } from './commands/commands.ts';
import { withImageEnvironment } from './commands/launch/image-environment.ts';
import { Marks } from './commands/launch/marks.ts';
import { Pipes } from './commands/launch/pipes.ts';
import { DiskBudget } from './commands/output/disk-budget.ts';
import { graceMs } from './commands/terminate/terminate.ts';
import type { AgentConfig } from './config.ts';
import { MainFileDoor } from './files/file-door.ts';
import { Files } from './files/files.ts';
import { StorageLink } from './files/transfer/storage-link.ts';
import type { Home } from './home/home.ts';
import { openHome } from './home/open-home.ts';
import { openStorage } from './home/storage/open-storage.ts';
import { openInside } from './inside/open-inside.ts';
import { KeptOutputs } from './kept/kept-outputs.ts';
import { CollectAtRest } from './life/collect-at-rest.ts';
import { doneWithin } from './life/done-within.ts';
import { agentHealth } from './life/health.ts';
import { prepareSandbox } from './life/prepare-sandbox.ts';
import { SandboxLife } from './life/sandbox-life.ts';
import { saveAtEnd } from './life/save-at-end.ts';
import type { Log } from './log.ts';
import { socketsIn } from './paths.ts';
import { Handover } from './pool/handover.ts';
import { ControlPlane } from './reports/control-plane.ts';
import { Link } from './reports/link.ts';
import { MachineWatch } from './reports/machine/machine-watch.ts';
import { OutcomeQueue } from './reports/outcome-queue.ts';
import { sayHello } from './reports/say-hello.ts';
import { TaskCredentials } from './reports/task-credentials.ts';

interface Options {
  readonly config: AgentConfig;
  readonly log: Log;
  readonly version: string;
  readonly sessionLimit: number | null;
  /** Aborts on SIGTERM. */
  readonly stop: AbortSignal;
}

const reportMs = 10_000;
const keepMs = 20_000;
// More than all that is done at the end may take, each part by its own limit; of the machine's own time.
const lastMs = 90_000;

/** The agent's whole life: opens its doors, learns whose machine this is, serves it until something ends it. */
export async function runAgent({ config, log, version, sessionLimit, stop }: Options): Promise<ExitCode> {
  const { clock, home } = config;
  const startedMs = clock.now();
  using link = new Link(config.linkSocket, clock);
  // AWS counts the life of credentials and signatures in a time of its own.
  const credentials = new TaskCredentials(link, config.credentialsPath, systemClock);
  const controlPlane = new ControlPlane({ ...config, clock: systemClock, link, credentials });
  const tools = await prepareTools(config);
  const handover = new Handover(clock);
  let assigned:
    | {
        readonly owner: ProofIdentity;
        readonly grants: Grants;
        readonly outcomes: OutcomeQueue;
        readonly life: SandboxLife;
        readonly keptHome: Home | undefined;
        readonly keptOutputs: KeptOutputs;
      }
    | undefined;
  const onEnd = (command: Command) => {
    assigned?.outcomes.push(command.report);
    if (command.keepsOutput) assigned?.keptOutputs.add(command);
  };
  const onLasting = (command: Command) => assigned?.outcomes.push(command.report);
  const commands = new Commands(tools, { home, onEnd, onLasting });
  using _tidy = new CollectAtRest({ clock, lastUsedMs: () => commands.lastUsedMs });
  const files = new MainFileDoor({
    files: new Files({ clock, marks: tools.marks, program: config.filesHelper, home }),
    storage: new StorageLink(config.linkSocket, clock),
    onUse: () => commands.touch(),
  });
  await using _files = { [Symbol.asyncDispose]: () => files.close() };

  await using _served = await serve({
    runFolder: config.runFolder,
    commands,
    files,
    clock,
    log,
    handover,
    keptHome: () => assigned?.keptHome,
    prove: (socket) => {
      if (assigned) return provePeer(socket, { ...assigned, clock });
      return handover.owner && provePeer(socket, { owner: handover.owner, grants: undefined, clock });
    },
    health: (channels) => agentHealth({ version, startedMs }, commands, assigned?.life, channels),
  });

  const assignment = await sayHello({
    controlPlane,
    handover,
    clock,
    log,
    sessionLimit,
    agentVersion: version,
    signal: stop,
  }).catch((error) => {
    if (!stop.aborted) throw error;
  });
  if (!assignment) return stop.aborted ? exitCodes.ended : exitCodes.unassigned;
  log.info('sandbox.assigned', { sandboxId: assignment.sandbox_id, generation: assignment.generation });

  const outcomes = new OutcomeQueue({ controlPlane, sandboxId: assignment.sandbox_id, clock, log });
  const owner = ownerOf(assignment);
  const grants = new Grants(owner, assignment, clock);
  const machine = new MachineWatch({ clock, home });
  const onChange = () => assigned?.life.heartbeats.nudge();
  const storage = openStorage({ config, assignment, controlPlane });
  await using keptHome = openHome({ config, assignment, storage, marks: tools.marks, log, onChange });
  const lifeTools = { assignment, controlPlane, commands, files, grants, machine, keptHome, clock, log };
  await using life = new SandboxLife(lifeTools);
  const keptOutputs = new KeptOutputs({ storage: storage.objects, owner: assignment, clock: systemClock, log });
  assigned = { owner, grants, outcomes, life, keptHome, keptOutputs };
  const over = new AbortController();
  void life.ended.then(() => over.abort());
  life.start();
  void life.ended.then(() => handover.settle());
  onAbort(stop, () => void life.endBySignal());
  await using cold = await openCold({ config, assignment, storage, link, commands, log });
  const told = withCold(withImageEnvironment(assignment), cold);
  await using inside = await openInside({ assignment: told, controlPlane, commands, life, home, clock, log });
  const failure = await Promise.race([
    prepareSandbox({
      tools,
      home,
      assignment: inside.assignment,
      keptHome,
      cold,
      signal: over.signal,
      privateSocket: socketsIn(config.runFolder).channel,
      log,
    }),
    life.ended,
  ]);
  if (failure) {
    life.end(failure);
  } else {
    commands.open(inside.assignment);
    files.open();
    keptHome?.start();
    life.becomeReady();
    log.info('sandbox.ready');
    // Whoever brought the assignment goes on when the record says so too.
    if (assignment.pool_member) void life.heartbeats.ask(stop).finally(() => handover.settle());
  }

  const ending = await life.ended;
  const endAll = async () => {
    await Promise.all([files.close(), commands.close(ending.pace === 'now' ? 0 : graceMs)]);
    if (keptHome && !failure && ending.pace !== 'now') await saveAtEnd(keptHome, clock);
    await Promise.all([
      outcomes.flush(reportMs),
      inside.flush(reportMs),
      keptOutputs.flush(ending.pace === 'now' ? 0 : keepMs),
    ]);
  };
  // Whatever a command has found to keep its end from being told, it ends with the machine.
  if (!(await doneWithin(endAll(), lastMs, systemClock))) log.error('sandbox.cut_short', undefined);
  return ending.exitCode;
}

/** Whom the control plane proves to be, by the key that came with the assignment. */
const ownerOf = ({ sandbox_id: sandboxId, generation, channel_key, pool_member: poolMember }: Assignment) => ({
  key: Buffer.from(channel_key, 'base64'),
  context: channelContext({ sandboxId, generation, poolMember }),
});

/** What every command needs, with an empty spool: what another run left there is nobody's. */
async function prepareTools({ clock, spoolFolder: folder }: AgentConfig): Promise<CommandTools> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return {
    clock,
    folder,
    marks: new Marks(),
    pipes: new Pipes(folder),
    budget: new DiskBudget(limits.sandboxSpoolBytes),
    spoolBytes: limits.spoolBytes,
  };
}

function onAbort(signal: AbortSignal, run: () => void): void {
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
}
