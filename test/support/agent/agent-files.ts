import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentBundles } from '../../../containers/agent/bundle.ts';
import { builtOnce } from '../build-dir.ts';

type AgentBundle = (typeof agentBundles)[number];

/** Writes the agent's files, or those that are named, below a folder as they lie in a machine. */
export async function writeAgentFiles(
  folder: string,
  files: readonly AgentBundle['file'][] = agentBundles.map(({ file }) => file),
): Promise<void> {
  for (const { file, mode, build: options } of agentBundles.filter((bundle) => files.includes(bundle.file))) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(await builtOnce(join('agent', file), { mode, options }), path);
    await chmod(path, mode);
  }
}
