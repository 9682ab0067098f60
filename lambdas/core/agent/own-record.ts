import type { AgentCaller } from '../caller.ts';
import { noSuchSandbox } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';

/** Throws `not_found` unless the sandbox is the one of the calling agent's task. */
export async function assertOwn(
  records: Pick<SandboxRecords, 'sandboxOfTask'>,
  sandboxId: string,
  caller: AgentCaller,
): Promise<void> {
  if ((await records.sandboxOfTask(caller.taskId)) !== sandboxId) throw noSuchSandbox(sandboxId);
}
