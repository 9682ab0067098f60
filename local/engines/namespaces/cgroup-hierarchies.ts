import { dirname, join } from 'node:path';

export type Controller = 'memory' | 'pids' | 'cpu';

/** One tree of control groups. A process is in exactly one group of each tree. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly controllers: readonly Controller[];
  /** Folders a group may be made in: our own group's, then each one above it. */
  readonly folders: readonly string[];
}

const controllers: readonly Controller[] = ['memory', 'pids', 'cpu'];

interface Mount {
  readonly kind: string;
  /** The part of the tree that is mounted; below a container it isn't the top. */
  readonly top: string;
  readonly folder: string;
  readonly options: readonly string[];
}

// Blanks in paths are written in octal, see proc_pid_mountinfo(5).
const unescapePath = (path: string) =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

function parseMount(line: string): Mount {
  const [before = '', after = ''] = line.split(' - ', 2);
  const [, , , top = '', folder = ''] = before.split(' ');
  const [kind = '', , options = ''] = after.split(' ');
  return { kind, top: unescapePath(top), folder: unescapePath(folder), options: options.split(',') };
}

/** From our own group up to the mounted top. A path that isn't below the top is another namespace's: begin at the top. */
function foldersOf(mount: Mount, ownPath: string): string[] {
  const top = mount.top === '/' ? '' : mount.top;
  const inside = ownPath === top || ownPath.startsWith(`${top}/`) ? ownPath.slice(top.length) : '/';
  const folders = [join(mount.folder, inside).replace(/(?<=.)\/$/, '')];
  for (let folder = folders[0] ?? ''; folder.length > mount.folder.length; folder = dirname(folder)) {
    folders.push(dirname(folder));
  }
  return folders;
}

/** Our own group's path by controller; version 2 goes by the empty name. */
function parseOwnPaths(ownGroups: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [, names = '', path = ''] of ownGroups.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const name of names.split(',')) paths.set(name, path);
  }
  return paths;
}

/**
 * The trees that offer a controller we use, from the texts of /proc/self/mountinfo and /proc/self/cgroup. A host may
 * have version 1, version 2, or both side by side; a controller belongs to one tree only, and `offeredByTwo` says what
 * is left for version 2 at a mount.
 */
export function findHierarchies(
  mountinfo: string,
  ownGroups: string,
  offeredByTwo: (mountFolder: string) => readonly string[],
): Hierarchy[] {
  const ownPaths = parseOwnPaths(ownGroups);
  const taken = new Set<Controller>();
  const mounts = mountinfo.split('\n').map(parseMount);
  return mounts
    .filter(({ kind }) => kind === 'cgroup' || kind === 'cgroup2')
    .flatMap((mount): Hierarchy[] => {
      const version = mount.kind === 'cgroup' ? 1 : 2;
      const offered = version === 1 ? mount.options : offeredByTwo(mount.folder);
      const [first, ...others] = controllers.filter((name) => offered.includes(name) && !taken.has(name));
      if (!first) return [];
      const ours = [first, ...others];
      for (const name of ours) taken.add(name);
      const ownPath = ownPaths.get(version === 1 ? first : '') ?? '/';
      return [{ version, controllers: ours, folders: foldersOf(mount, ownPath) }];
    });
}
