import { Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionName, functions, type Setting } from '../../contract/deployment.ts';
import type { DeployConfig } from '../config/deploy-config.ts';

/** Where the code of a function comes from. */
export type FunctionCode = (name: FunctionName) => Code;

interface FunctionsProps {
  readonly config: DeployConfig;
  readonly code: FunctionCode;
  readonly settings: Readonly<Record<Setting, string>>;
  /** Of all: callers and agents reach them, or they end sandboxes or remove what is stored. */
  readonly auditLog: LogGroup;
}

export interface DeployedFunction {
  readonly function: LambdaFunction;
  readonly role: Role;
}

export const functionNames = Object.keys(functions) as FunctionName[];

/** Functions that events reach name their own needs; the needs of the others are those of their routes. */
export const isEventFunction = (name: FunctionName): boolean => 'needs' in functions[name];

/** Every function of the contract, each with a role that nothing but permissions/ adds to. */
export class Functions extends Construct {
  readonly all: ReadonlyMap<FunctionName, DeployedFunction>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.all = new Map(functionNames.map((name) => [name, this.#addFunction(name, props)]));
  }

  get(name: FunctionName): DeployedFunction {
    const found = this.all.get(name);
    if (!found)
      throw new Error(`no function ${name} in this stack, expected one of ${[...this.all.keys()].join(', ')}`);
    return found;
  }

  #addFunction(name: FunctionName, { config, code, settings, auditLog }: FunctionsProps): DeployedFunction {
    const { memoryMb, timeoutSeconds, settings: names } = functions[name];
    const scope = new Construct(this, name);
    const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const reserved = config.reservedConcurrency[name];
    const deployed = new LambdaFunction(scope, 'Function', {
      description: `${config.name}: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: code(name),
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      role: role.withoutPolicyUpdates(),
      logGroup: auditLog,
      loggingFormat: LoggingFormat.JSON,
      environment: Object.fromEntries(names.map((setting) => [setting, settings[setting]])),
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
    });
    this.#acknowledge(deployed);
    return { function: deployed, role };
  }

  #acknowledge(deployed: LambdaFunction): void {
    Validations.of(deployed).acknowledge(
      {
        id: 'Serverless-LambdaTracing',
        reason: 'every request leaves one structured line with its durations; traces would cost more than the requests',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'API functions answer their caller; event functions have a failure destination, which holds more than a queue of events',
      },
    );
  }
}
