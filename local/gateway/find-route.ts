import { type Door, doors } from '../../contract/api/doors.ts';
import type { ApiFunction } from '../../contract/api/route.ts';
import { routeRows } from '../../contract/api/routes.ts';

/** One method of one resource, as it is deployed. */
export interface DeployedRoute {
  readonly door: Door;
  readonly method: string;
  /** The path with the door's prefix and its parameters in braces. */
  readonly resource: string;
  readonly scope: string | undefined;
  readonly function: ApiFunction;
}

export interface FoundRoute {
  readonly route: DeployedRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const deployed: readonly DeployedRoute[] = routeRows.flatMap(([, row]) =>
  row.doors.map((door) => ({
    door,
    method: row.method,
    resource: doors[door].prefix + row.path,
    scope: door === 'person' ? row.scope : undefined,
    function: row.function,
  })),
);

const matchers = deployed.map((route) => ({ route, segments: route.resource.split('/') }));

/** The route of a method and a path, both as they came. A literal segment goes before a parameter. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  const given = path.split('/');
  const found = matchers
    .filter(({ route, segments }) => route.method === method && segments.length === given.length)
    .flatMap(({ route, segments }) => {
      const pathParameters = matchSegments(segments, given);
      return pathParameters ? [{ route, pathParameters }] : [];
    });
  return found.sort((a, b) => Object.keys(a.pathParameters).length - Object.keys(b.pathParameters).length)[0];
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = decode(given[index] ?? '');
    if (value === undefined) return undefined;
    const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
    if (name !== undefined && value !== '') parameters[name] = value;
    else if (segment !== value) return undefined;
  }
  return parameters;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
