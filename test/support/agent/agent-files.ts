import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { agentBundles } from '../../../containers/agent/bundle.ts';

type AgentFile = (typeof agentBundles)[number]['file'];

const built = new Map<AgentFile, Promise<Uint8Array>>();

/** A file of the agent's, built once for all tests of a process. */
function bytesOf({ file, build: options }: (typeof agentBundles)[number]): Promise<Uint8Array> {
  const bytes =
    built.get(file) ??
    build({ ...options, write: false }).then(({ outputFiles: [output] }) => {
      if (output === undefined) throw new Error(`${file} has no output`);
      return output.contents;
    });
  built.set(file, bytes);
  return bytes;
}

/** Writes the agent's files, or those that are named, below a folder as they lie in a machine. */
export async function writeAgentFiles(
  folder: string,
  files: readonly AgentFile[] = agentBundles.map(({ file }) => file),
): Promise<void> {
  for (const bundle of agentBundles.filter(({ file }) => files.includes(file))) {
    const path = join(folder, bundle.file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await bytesOf(bundle));
    await chmod(path, bundle.mode);
  }
}
