import { type Door, doors } from '../../../contract/api/doors.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { ApiFunction, Route, RouteTable } from '../../../contract/api/route.ts';
import type { RouteName } from '../../../contract/api/routes.ts';

export interface Match {
  readonly name: RouteName;
  readonly row: Route;
  readonly door: Door;
}

/** What API Gateway says of where a request came in. */
interface Arrival {
  readonly httpMethod: string;
  readonly resource: string;
}

/** Finds the row and the door of a request among a function's own. Throws `not_found` and `method_not_allowed`. */
export function routeMatcher(name: ApiFunction, rows: RouteTable): (arrival: Arrival) => Match {
  const matches = new Map<string, Match>();
  const resources = new Set<string>();
  const own = (Object.entries(rows) as [RouteName, Route][]).filter(([, row]) => row.function === name);
  for (const [routeName, row] of own) {
    for (const door of row.doors) {
      const resource = `${doors[door].prefix}${row.path}`;
      matches.set(`${row.method} ${resource}`, { name: routeName, row, door });
      resources.add(resource);
    }
  }
  return ({ httpMethod, resource }) => {
    const match = matches.get(`${httpMethod} ${resource}`);
    if (match !== undefined) return match;
    if (!resources.has(resource)) throw new SandboxError('not_found', `no route ${resource}`);
    throw new SandboxError('method_not_allowed', `${resource} has no ${httpMethod}`);
  };
}
