import type { Need } from './api/needs.ts';
import { routeRows } from './api/routes.ts';
import { type FunctionName, type FunctionSpec, functions } from './deployment.ts';

/** Everything a function needs of AWS: the union of its routes' needs, or its own row's. */
export function needsOf(name: FunctionName): ReadonlySet<Need> {
  const spec: FunctionSpec = functions[name];
  return new Set(
    spec.needs ?? routeRows.filter(([, row]) => row.function === name).flatMap(([, row]) => [...row.needs]),
  );
}
