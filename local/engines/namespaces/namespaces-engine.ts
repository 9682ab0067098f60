import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkSpec } from '../check-spec.ts';
import type { Engine, Machine, MachineSpec, Network } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { MachineParts } from '../machine-parts.ts';
import { createControlGroups, removeControlGroups } from './control-groups.ts';
import { createIsolation } from './isolation.ts';
import { launchMachine } from './launch-machine.ts';
import { fillMachineFolder, removeMachineFolder } from './machine-folder.ts';
import { readRecord, recordGroup, recordProcess } from './machine-record.ts';
import { NamespacesMachine } from './namespaces-machine.ts';
import { probeNamespaces } from './probe-namespaces.ts';
import { sweepMachines } from './sweep-machines.ts';

export interface NamespacesEngineOptions {
  /** Machines live in its folder `machines`. One engine at a time uses it. */
  readonly dataDir: string;
  readonly parts: MachineParts;
  /**
   * Processes and threads a machine may have.
   * @default 2048
   */
  readonly maxProcesses?: number;
  /**
   * Hears of what an ended machine left and `sweep` has to remove.
   * @default a warning of the process
   */
  readonly onLeftover?: (error: unknown) => void;
}

// A network of its own with a way out would need an address translation on the host, which is the host's to set up.
const networks: readonly Network[] = ['none', 'host'];

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/**
 * Isolated Linux machines from the kernel's namespaces and control groups, with util-linux and bash for tools. Machines
 * end with this process, however it ends.
 */
export function createNamespacesEngine(options: NamespacesEngineOptions): Engine {
  const { maxProcesses = 2048, onLeftover = (error) => process.emitWarning(String(error)) } = options;
  mkdirSync(options.dataDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir);
  const machinesFolder = join(dataDir, 'machines');
  // Names our control groups among those of other data folders.
  const groupPrefix = `matrx-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}-`;
  // Scripts use them from folders of their own.
  const parts = {
    node: resolve(options.parts.node),
    agentBundle: resolve(options.parts.agentBundle),
    attachScript: resolve(options.parts.attachScript),
    filesHelper: resolve(options.parts.filesHelper),
    ...(options.parts.programsDir === undefined ? {} : { programsDir: resolve(options.parts.programsDir) }),
    ...(options.parts.npmDir === undefined ? {} : { npmDir: resolve(options.parts.npmDir) }),
  };
  const isolation = createIsolation(process.getuid?.() !== 0);
  const inUse = new Set<string>();

  const build = async (spec: MachineSpec): Promise<Machine> => {
    await using undo = new AsyncDisposableStack();
    inUse.add(spec.id);
    undo.defer(() => void inUse.delete(spec.id));

    mkdirSync(machinesFolder, { recursive: true, mode: 0o700 });
    const path = join(machinesFolder, spec.id);
    // Closed to every other user of the host: what is inside belongs to ids that others may have here.
    mkdirSync(path, { mode: 0o700 });
    undo.defer(() => removeMachineFolder(path, isolation));
    const folder = fillMachineFolder(path, spec.files);
    const record = (group: string) => recordGroup(path, group);
    undo.defer(() => removeControlGroups(readRecord(path).groups));
    const groups = createControlGroups(`${groupPrefix}${spec.id}`, { ...spec, maxProcesses }, record).folders;
    const launched = await launchMachine(spec, folder, groups, parts, isolation);
    recordProcess(path, launched.firstPid);

    const cleanup = undo.move();
    const remove = () => cleanup.disposeAsync().catch(onLeftover);
    return new NamespacesMachine(spec, launched, { groups, isolation, remove });
  };

  const start = async (spec: MachineSpec): Promise<Machine> => {
    checkSpec(spec, networks);
    if (inUse.has(spec.id)) throw new EngineError('id_in_use', `the machine ${spec.id} is running already`);
    try {
      return await build(spec);
    } catch (cause) {
      throw new EngineError('start_failed', `the machine ${spec.id} could not be started: ${reasonOf(cause)}`, {
        cause,
      });
    }
  };

  return {
    name: 'namespaces',
    networks,
    probe: () => probeNamespaces({ isolation, groupPrefix, maxProcesses }),
    start,
    sweep: () => sweepMachines({ machinesFolder, groupPrefix, isolation, inUse }),
  };
}
