// What another user of this host can do: `node machine-user.ts [<script>]` prints what the engine says of
// itself there and, with a script, what a machine says that runs it.

import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { createMachineHost, gather, runScript, startIdle } from './machine-fixture.ts';

const [script] = process.argv.slice(2);

await using host = await createMachineHost();
const engine = createNamespacesEngine(host);
const probe = await engine.probe();
const run = async () => {
  if (script === undefined) return {};
  const { output } = await runScript(engine, host, script);
  await using idle = await startIdle(engine, host);
  const terminal = idle.openTerminal(['/bin/sh', '-c', 'id -u; grep CapEff /proc/self/status']);
  const printed = gather(terminal);
  await terminal.exited;
  return { output, terminal: printed.bytes().toString().replaceAll('\r', '') };
};
console.log(JSON.stringify({ probe, ...(await run()) }));
