import { Buffer } from 'node:buffer';
import type { Clock } from '../../contract/clock.ts';
import { FunctionError, InvocationRefused } from './function-error.ts';
import { functionFaults } from './function-faults.ts';
import { type FunctionHazards, functionHazards } from './function-hazards.ts';
import { FunctionPool, type PoolLimits } from './function-pool.ts';
import type { FunctionResponse } from './function-response.ts';
import { lambdaLimits } from './limits.ts';

/** A function that can be invoked: how long it may run and the environment of its process. */
export interface DeployedFunction {
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
}

export interface FunctionsOptions {
  readonly functions: Readonly<Record<string, DeployedFunction>>;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** The bundle of `runtime.ts`. */
  readonly runtime: string;
  readonly onLog: (functionName: string, line: string) => void;
  /** @default 16 environments and 256 waiting events a function, 10 idle minutes */
  readonly limits?: Partial<PoolLimits>;
  /** @default as Lambda is */
  readonly hazards?: FunctionHazards;
  /** Of the hazards' chances. @default 1 */
  readonly seed?: number;
}

export interface Functions extends AsyncDisposable {
  /** Runs a function on an event. Rejects with FunctionError or InvocationRefused. */
  invoke(name: string, event: unknown): Promise<FunctionResponse>;
  /** Runs a function until it has answered, without its answer. Rejects as `invoke` does. */
  run(name: string, event: unknown): Promise<void>;
}

const defaults: PoolLimits = { environments: 16, queued: 256, idleMs: 600_000 };

/** Lambda on one machine: each function a pool of processes. Disposing it ends them at once. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { region, accountId, clock, runtime, onLog, hazards = functionHazards.parse(undefined) } = options;
  const faultsOf = functionFaults(hazards, options.seed ?? 1);
  const pools = new Map(
    Object.entries(options.functions).map(([name, { timeoutSeconds, variables }]) => [
      name,
      new FunctionPool({
        functionName: name,
        functionArn: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
        onLog: (line) => onLog(name, line),
        limits: { ...defaults, ...options.limits },
        faults: faultsOf(name),
        timeoutSeconds,
        variables,
        runtime,
        clock,
      }),
    ]),
  );

  const invoke = async (name: string, event: unknown): Promise<FunctionResponse> => {
    const pool = pools.get(name);
    if (!pool) throw new FunctionError('ResourceNotFoundException', `there is no function "${name}"`);
    const bytes = Buffer.from(JSON.stringify(event));
    if (bytes.length > lambdaLimits.eventBytes) {
      throw new InvocationRefused('too_large', `an event is at most ${lambdaLimits.eventBytes} bytes`);
    }
    const busy = Array.from(pools.values()).reduce((sum, one) => sum + one.busy, 0);
    if (busy >= hazards.concurrency) {
      throw new InvocationRefused('throttled', `the account's ${hazards.concurrency} concurrent executions are in use`);
    }
    return pool.invoke(bytes);
  };

  return {
    invoke,
    async run(name, event) {
      const { body } = await invoke(name, event);
      for await (const _ of body);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(pools.values(), (pool) => pool[Symbol.asyncDispose]()));
    },
  };
}
