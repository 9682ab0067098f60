import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import type { BeforeAction } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import type { Engine, MachineSpec } from '../engines/engine.ts';
import { type CallHooks, callFaults, plainRefusals } from '../hazards/call-faults.ts';
import { type Hazards, readHazards } from '../hazards/hazards.ts';
import { openTaskLink, type StorageService } from '../link/task-link.ts';
import { serveDataChannel } from '../ssm/data-channel/data-channel.ts';
import { type PaceName, paces } from '../ssm/data-channel/pace.ts';
import { ExecSessions } from '../ssm/sessions/exec-sessions.ts';
import { createSsm } from '../ssm/ssm.ts';
import { Arns } from './arns.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { createEcs } from './ecs.ts';
import type { OnEvent } from './events/event-outbox.ts';
import { rateLimits } from './rates/rate-limits.ts';
import { eventFaults, taskFaults } from './tasks/task-hazards.ts';

export interface ComputeOptions {
  /** Tasks, task definitions and link sockets are kept in it. */
  readonly dataDir: string;
  /** Its `sweep` must have run: no task of an earlier run is looked for. */
  readonly engine: Engine;
  readonly principals: Principals;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  /** @default matrx-sandbox */
  readonly clusterName?: string;
  /** Gets each change of a task, at least once, and again until it doesn't throw. */
  readonly onEvent: OnEvent;
  /** Where what isn't for the task's own address goes. Asked for at each request. */
  readonly gatewayUrl: () => string;
  /** S3, as tasks reach it. @default they don't */
  readonly storage?: StorageService | undefined;
  /** @default none */
  readonly network?: MachineSpec['network'];
  /** Set in every machine, weaker than what its task asks for. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
  /** Gets what tasks' first processes print, line by line: see `TaskSurroundings`. @default dropped */
  readonly onLog?: (source: string, line: string, taskId: string) => void;
  /** @default real */
  readonly pace?: PaceName;
  /** Hears of a session that was refused, and of an exec agent that locked up. @default a line on standard error */
  readonly onRefused?: (message: string) => void;
  /** @default as AWS is */
  readonly hazards?: Hazards;
  readonly faults?: ComputeFaults;
}

/** What a test lets go wrong, from one moment to the next; hazards are for the whole run. */
interface ComputeFaults {
  readonly ecs?: BeforeAction;
  readonly ssm?: BeforeAction;
  readonly runTaskFailures?: NonNullable<ClusterOptions['runTaskFailures']>;
}

/** ECS and the message service, running. Disposing it stops every task, TERM then KILL, and delivers their events. */
export interface Compute extends AsyncDisposable {
  readonly ecsUrl: string;
  readonly ssmUrl: string;
  readonly clusterName: string;
  readonly sessions: ExecSessions;
}

/** Starts the stand-ins for ECS and for sessions in its tasks, on free ports of 127.0.0.1. */
export async function createCompute(options: ComputeOptions): Promise<Compute> {
  const { clock, region, principals, dataDir, engine, hazards = readHazards(), faults = {} } = options;
  const { seed, sessions: sessionHazards, tasks: taskHazards } = hazards;
  const pace = { ...paces[options.pace ?? 'real'], ...sessionHazards.pace };
  const hooks = (
    service: 'ecs' | 'ssm',
    internalError: string,
    ...earlier: (BeforeAction | undefined)[]
  ): CallHooks => {
    const refusals = plainRefusals(internalError);
    const { before, after } = callFaults({ service, faults: hazards.calls, seed, clock, refusals });
    const all = [...earlier, before];
    return {
      after,
      async before(operation, input) {
        for (const one of all) await one?.(operation, input);
      },
    };
  };
  await using undo = new AsyncDisposableStack();

  let streamOrigin = '';
  const sessions = undo.use(
    new ExecSessions({
      clock,
      pace,
      seed,
      hazards: sessionHazards,
      streamOrigin: () => streamOrigin,
      onRefused: options.onRefused ?? ((message) => console.error(message)),
    }),
  );
  const ssmHooks = hooks('ssm', 'InternalServerError', faults.ssm);
  const ssm = undo.use(await createSsm(sessions, { principals, region, clock, ...ssmHooks }).listen());
  undo.use(serveDataChannel(ssm.server, sessions, clock));
  streamOrigin = `ws://127.0.0.1:${ssm.port}`;

  const arns = new Arns(region, options.accountId, options.clusterName ?? 'matrx-sandbox');
  const cluster: Cluster = undo.use(
    new Cluster({
      arns,
      clock,
      engine,
      sessions,
      folder: join(dataDir, 'ecs'),
      settings: {
        region,
        sessionLimit: sessionHazards.limit,
        network: options.network ?? 'none',
        environment: options.environment ?? {},
      },
      execAgentStartMs: pace.execAgentStartMs,
      vcpuQuota: taskHazards.vcpuQuota,
      consistencyLagMs: taskHazards.consistencyLagMs,
      faults: taskFaults(taskHazards, seed),
      eventFaults: eventFaults(hazards.events, seed),
      ...(faults.runTaskFailures && { runTaskFailures: faults.runTaskFailures }),
      onEvent: options.onEvent,
      onLog: options.onLog ?? (() => undefined),
      openLink: (id, definition, task) =>
        openTaskLink({
          folder: join(dataDir, 'links'),
          id,
          definition,
          task,
          principals,
          gatewayUrl: options.gatewayUrl,
          storage: options.storage,
        }),
    }),
  );
  const limits = taskHazards.throttling ? rateLimits(clock) : undefined;
  const ecsHooks = hooks('ecs', 'ServerException', limits, faults.ecs);
  const ecs = undo.use(await createEcs(cluster, { principals, ...ecsHooks }).listen());

  const parts = undo.move();
  return {
    ecsUrl: ecs.url,
    ssmUrl: ssm.url,
    clusterName: arns.clusterName,
    sessions,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
