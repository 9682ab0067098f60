import { type Door, doors } from '../../contract/api/doors.ts';
import type { Route } from '../../contract/api/route.ts';
import { routeRows } from '../../contract/api/routes.ts';

/** The stage's name is part of every path, and so of every policy. */
export const stageName = 'api';

/** One method of one resource. */
export interface DeployedRoute {
  readonly door: Door;
  /** The path with the door's prefix and its parameters in braces. */
  readonly path: string;
  readonly row: Route;
}

/** Every route behind every door it has. */
export const deployedRoutes: readonly DeployedRoute[] = routeRows.flatMap(([, row]) =>
  row.doors.map((door) => ({ door, row, path: doors[door].prefix + row.path })),
);

/**
 * What a policy calls the routes of a door: `<stage>/<method>/<path>`. A `*` in the place of the method would stand for slashes
 * too, and `*` + `/v1/x` would then name `POST/agent/v1/x` as well: so each method is named, and a path that ends in `*` begins
 * with its door.
 */
export function executePaths(door: Door): readonly string[] {
  const ofDoor = deployedRoutes.filter((route) => route.door === door);
  const { prefix } = doors[door];
  const paths = ofDoor.map(({ row, path }) => `${stageName}/${row.method}${prefix === '' ? path : `${prefix}/*`}`);
  return [...new Set(paths)].sort();
}
