import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentBundles } from '../../../containers/agent/bundle.ts';
import { buildBundle } from '../../../local/build/build-bundle.ts';
import { buildDir } from '../build-dir.ts';

type AgentBundle = (typeof agentBundles)[number];

const root = join(import.meta.dirname, '../../..');
const built = new Map<string, Promise<unknown>>();

/** Where a file of the agent's lies, made where it isn't; asked about once in a process. */
async function fileOf({ file, mode, build: options }: AgentBundle): Promise<string> {
  const outfile = join(buildDir, 'agent', file);
  const making = built.get(file) ?? buildBundle(root, { outfile, mode, options });
  built.set(file, making);
  await making;
  return outfile;
}

/** Writes the agent's files, or those that are named, below a folder as they lie in a machine. */
export async function writeAgentFiles(
  folder: string,
  files: readonly AgentBundle['file'][] = agentBundles.map(({ file }) => file),
): Promise<void> {
  for (const bundle of agentBundles.filter(({ file }) => files.includes(file))) {
    const path = join(folder, bundle.file);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(await fileOf(bundle), path);
    await chmod(path, bundle.mode);
  }
}
