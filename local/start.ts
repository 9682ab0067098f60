// The service on one machine, in the order in which its parts need each other; they end in the opposite order.

import { join } from 'node:path';
import type { Clock } from '../contract/clock.ts';
import { eventRules } from '../contract/deployment.ts';
import type { Principals } from './aws/keys.ts';
import type { ComputeOptions } from './ecs/create-compute.ts';
import type { Engine, Network } from './engines/engine.ts';
import { createEventBus } from './events/create-event-bus.ts';
import { startSchedules } from './events/start-schedules.ts';
import { type HazardSettings, readHazards } from './hazards/hazards.ts';
import { announce, type LocalFile } from './service/announce.ts';
import { type Built, buildAll } from './service/build-all.ts';
import { createEngines, type EngineChoice } from './service/create-engines.ts';
import { clearRemains } from './service/folder/clear-remains.ts';
import { lockFolder } from './service/folder/lock-folder.ts';
import { prepareFolder } from './service/folder/prepare-folder.ts';
import { openCallers } from './service/open/open-callers.ts';
import { nothingOutside, openCompute } from './service/open/open-compute.ts';
import { openDatabase } from './service/open/open-database.ts';
import { openEngine } from './service/open/open-engine.ts';
import { openEvents } from './service/open/open-events.ts';
import { type DeploymentChoices, openFunctions, taskRoleName } from './service/open/open-functions.ts';
import { openGateway } from './service/open/open-gateway.ts';
import { describeError, openLogs } from './service/open/open-logs.ts';
import { openSandboxLog } from './service/open/open-sandbox-log.ts';
import { openStorage } from './service/open/open-storage.ts';
import { registerTemplate } from './service/register-template.ts';
import { createRun } from './service/run.ts';
import type { TokenIssuer } from './tokens/token-issuer.ts';

export interface ServiceOptions extends DeploymentChoices {
  readonly dataDir: string;
  /** 0 takes a free one. @default 7070, or a free one where that is taken */
  readonly port?: number | undefined;
  /** What commands in a sandbox can reach. @default none */
  readonly network?: Network;
  /** How fast the exec channel is: as measured on AWS, or as this machine can. @default real */
  readonly pace?: 'real' | 'fast';
  /** How many times as fast as the machine's the service's clock runs. @default 1 */
  readonly clockRate?: number;
  /** Which of AWS's limits are there, and what goes wrong on purpose. @default all of them, and nothing */
  readonly hazards?: HazardSettings | undefined;
  /** npm's own folder, for sandboxes on a machine whose /usr has no npm. */
  readonly npmDir?: string | undefined;
  /** What isolates sandboxes. @default namespaces */
  readonly engine?: EngineChoice;
  /** An image for sandboxes in Docker. @default the project's own `base`, built where Docker doesn't have it */
  readonly image?: string | undefined;
  /** Where Docker's settings are looked for. @default nowhere: it is at its usual socket */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** An engine of the caller's own, in the place of that choice. */
  readonly createEngine?: (dataDir: string, built: Built) => Engine;
  /** Bundles are kept here and may be shared by services. @default the data folder's `build` */
  readonly buildDir?: string;
  /** Ways to go wrong on purpose. */
  readonly faults?: ComputeOptions['faults'];
  /** Hears of each step before it begins. */
  readonly onStep?: (step: string) => void;
}

/** The running service. Disposing it ends all it started: sandboxes first, and how they ended is on record. */
export interface Service extends AsyncDisposable {
  readonly dataDir: string;
  /** What `local.json` says. */
  readonly local: Omit<LocalFile, 'pid'>;
  /** What the engine can't do on this machine. */
  readonly engineNotes: readonly string[];
  /** For keys and tokens of further callers. */
  readonly principals: Principals;
  readonly tokens: TokenIssuer;
  readonly clock: Clock;
}

/** Starts everything `npm start` does. Throws ServiceError, with nothing left behind, when this machine won't do. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { onStep = () => undefined, clockRate } = options;
  const hazards = readHazards(options.hazards);
  await using started = new AsyncDisposableStack();
  const dataDir = await prepareFolder(options.dataDir);
  started.use(await lockFolder(dataDir));
  await clearRemains(dataDir);
  const logs = started.use(openLogs(join(dataDir, 'logs')));
  const run = createRun({ dataDir, logs, hazards, clockRate });
  const { principals, region, clock } = run;
  const { accountId } = principals;

  onStep('Building the functions and the agent');
  const built = await buildAll(options.buildDir ?? join(dataDir, 'build'));

  onStep('Trying whether this machine can isolate');
  const { network = 'none', pace = 'real', faults, createEngine } = options;
  const { engine: choice = 'namespaces', image, npmDir, env = {} } = options;
  const engines = createEngine
    ? { candidates: [createEngine(dataDir, built)], others: [] }
    : createEngines({ choice, image, npmDir, env }, dataDir, built);
  const { engine, notes: engineNotes } = await openEngine(engines, network, onStep);

  onStep('Starting the service');
  const { tokens, readyMade } = await openCallers(run);
  const deployer = principals.issueFunction('matrx-deploy', 'deploy').credentials;
  const database = started.use(await openDatabase(run, deployer));

  const storage = started.use(await openStorage(run));

  const outside = nothingOutside();
  const sandboxLog = started.use(await openSandboxLog(run));
  const choices = { network, pace, sandboxLog, storage: storage.s3, ...(faults && { faults }) };
  const compute = started.use(await openCompute(run, engine, outside, choices));
  const events = started.use(await openEvents(run, outside));
  const taskRoleArn = `arn:aws:iam::${accountId}:role/${taskRoleName}`;
  const ecs = { endpoint: compute.ecsUrl, region, credentials: deployer };
  const taskDefinition = await registerTemplate('base', taskRoleArn, ecs);
  const places = {
    built,
    databaseUrl: database.url,
    storage,
    compute,
    sandboxLog,
    eventsUrl: events.url,
    taskDefinition,
  };
  const functions = started.use(openFunctions(run, places, options));
  const onFailure = (rule: string, error: unknown) =>
    logs.functions.write(`event ${rule} failed: ${describeError(error)}\n`);
  const bus = started.use(createEventBus({ rules: eventRules, functions, clock, onFailure }));
  outside.onEvent = (event) => bus.put(event);
  const onLog = (line: string) => logs.gateway.write(`${line}\n`);
  const gateway = started.use(
    await openGateway({ functions, principals, tokens, region, accountId, clock, onLog }, options.port),
  );
  outside.gatewayUrl = gateway.url;

  // Agents report to the end, and the ends of their tasks are events for the functions.
  started.defer(async () => {
    gateway.refuseCallers();
    await compute[Symbol.asyncDispose]();
  });
  const local = { url: gateway.url, region, ...readyMade, engine: engine.name };
  started.use(startSchedules({ rules: eventRules, functions, clock, onFailure }));
  started.use(await announce(dataDir, local));
  const running = started.move();
  return {
    dataDir,
    local,
    engineNotes,
    principals,
    tokens,
    clock,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
