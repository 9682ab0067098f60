import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';

async function probe() {
  const dataDir = mkdtempSync(join(tmpdir(), 'matrx-probe-'));
  try {
    const parts = {
      node: process.execPath,
      agentBundle: '/dev/null',
      attachScript: '/dev/null',
      filesHelper: '/dev/null',
    };
    return await createNamespacesEngine({ dataDir, parts }).probe();
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

const found = await probe();

/** Whether this host isolates machines by namespaces. Where it doesn't, the tests that need it are skipped. */
export const namespacesHere = found.ok;
if (!found.ok) console.warn(`skipped, no namespaces here: ${found.reason} (${found.fix})`);

/** Whether machines are held to their memory, processes and CPU time here. */
export const limitsHere = found.ok && !found.notes.some((note) => note.includes('no control group'));
if (found.ok && !limitsHere) console.warn(`skipped, no limits here: ${found.notes.join('; ')}`);
