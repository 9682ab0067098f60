import { join } from 'node:path';
import type { MachineSpec } from '../engine.ts';

/** Which user the service is decides how namespaces are made: alone as root, else inside a user namespace. */
export interface Isolation {
  /** The words before a program that runs as the first process of fresh namespaces. */
  unshare(network: MachineSpec['network']): readonly string[];
  /** The words before a program that runs in the namespaces of `pid`, a process of a machine with that network. */
  nsenter(pid: number, network: MachineSpec['network']): readonly string[];
  /** The words before a program that owns what machines' users own, on the host's own files. */
  readonly asOwner: readonly string[];
}

/** Where the shell scripts and the machine's /etc lie. */
export const scriptsFolder = join(import.meta.dirname, 'scripts');

/** Where the host's programs are looked for, and a machine's, unless its environment says otherwise. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What root keeps in a machine, in setpriv's words: enough to run commands as somebody else and to end them. */
export const boundingSet = '-all,+kill,+setgid,+setuid,+setpcap';

const privateNamespaces = ['--mount', '--uts', '--ipc', '--pid', '--cgroup'];

/** The words for `unshare` and `nsenter` that make a machine and enter it. */
export function createIsolation(rootless: boolean): Isolation {
  // A user namespace with one id would give agent and commands the same user; these map a whole range of them.
  const mapped = rootless ? ['--user', '--map-root-user', '--map-auto'] : [];
  const own = (network: MachineSpec['network']) => (network === 'none' ? ['--net'] : []);
  return {
    unshare: (network) => [
      'unshare',
      ...mapped,
      ...privateNamespaces,
      ...own(network),
      '--propagation=private',
      '--fork',
      '--kill-child',
      '--',
    ],
    nsenter: (pid, network) => [
      'nsenter',
      `--target=${pid}`,
      ...(rootless ? ['--user'] : []),
      ...privateNamespaces,
      ...own(network),
      '--',
    ],
    asOwner: rootless ? ['unshare', ...mapped, '--'] : [],
  };
}
