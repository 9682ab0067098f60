import { createInterface } from 'node:readline/promises';
import { type Arguments, UsageError } from './read-arguments.ts';
import { createEngines, nothingBuilt } from './service/create-engines.ts';
import { resetFolder } from './service/folder/reset-folder.ts';

type Host = Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr'>;

/** `--reset`: removes what the service keeps, after asking whoever is at the terminal. Throws UsageError when nobody is. */
export async function reset({ data, yes }: Arguments, host: Host): Promise<void> {
  const outcome = await resetFolder({
    dataDir: data,
    createEngines: (dataDir) => createEngines({ choice: 'auto', env: host.env }, dataDir, nothingBuilt).candidates,
    confirm: async (folder, present) => {
      if (yes) return true;
      const question = `Remove ${present.join(', ')} from ${folder}, with every sandbox's record? [y/N] `;
      if (!host.stdin.isTTY) throw new UsageError('--reset asks before it removes: add --yes where nobody can answer');
      return ask(question, host);
    },
  });
  const words = {
    removed: `The state in ${data} is gone. To begin anew: npm start`,
    declined: 'Nothing was removed.',
    absent: `There is nothing to remove in ${data}.`,
  };
  host.stderr.write(`${words[outcome]}\n`);
}

async function ask(question: string, { stdin, stderr }: Host): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}
