import { type FunctionName, functions, type Setting } from '../../contract/deployment.ts';
import type { Principals } from '../aws/keys.ts';
import type { DeployedFunction } from '../lambda/create-functions.ts';
import { environmentVariables } from '../lambda/environment-variables.ts';

export interface FunctionSurroundings {
  readonly region: string;
  readonly principals: Principals;
  /** The folder of the functions' bundles. */
  readonly functionsDir: string;
  readonly settings: Readonly<Record<Setting, string>>;
  /** What every function gets besides its own settings. */
  readonly common: Readonly<Record<string, string>>;
}

/** The functions of the contract, each with a role of its own and no setting but those it names. */
export function describeFunctions(surroundings: FunctionSurroundings): Record<FunctionName, DeployedFunction> {
  const { region, principals, functionsDir, settings, common } = surroundings;
  const describe = (name: FunctionName): DeployedFunction => {
    const { timeoutSeconds, memoryMb, settings: own } = functions[name];
    return {
      timeoutSeconds,
      variables: environmentVariables({
        name,
        region,
        memoryMb,
        taskRoot: functionsDir,
        handler: `${name}.mjs.handler`,
        credentials: principals.issueFunction(`matrx-${name}`, name).credentials,
        settings: { ...common, ...Object.fromEntries(own.map((setting) => [setting, settings[setting]])) },
      }),
    };
  };
  const names = Object.keys(functions) as FunctionName[];
  return Object.fromEntries(names.map((name) => [name, describe(name)])) as Record<FunctionName, DeployedFunction>;
}
