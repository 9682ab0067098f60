import { limits } from '../../../../contract/api/limits.ts';
import type { LogLine } from '../../../../contract/api/sandboxes/logs.ts';
import { wholeCharacters } from '../../commands/output/text-pieces.ts';
import { isoTime } from '../../time.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../record.ts';
import type { LogPiece, SandboxLogs } from './ports.ts';

/** Lines as callers see them, and where they end. */
export interface Page {
  readonly lines: readonly LogLine[];
  readonly token: string | undefined;
  readonly atEnd: boolean;
}

function publicLine({ atMs, message }: LogPiece['lines'][number]): LogLine {
  const bytes = Buffer.from(message);
  const truncated = bytes.length > limits.logLineBytes;
  const kept = truncated ? Buffer.from(wholeCharacters(bytes.subarray(0, limits.logLineBytes))).toString() : message;
  return { time: isoTime(atMs), message: kept, truncated };
}

/** The machine that the log is of; undefined for a sandbox that has none yet, or never had one. */
const machineOf = (record: SandboxRecord): string | undefined =>
  hasEnded(record) ? (record.last_task_id ?? undefined) : taskOf(record)?.id;

/** The lines of a sandbox's log behind a token. Throws `invalid_request` for a token that is none. */
export async function readPage(
  logs: SandboxLogs,
  record: SandboxRecord,
  { token, limit }: { readonly token: string | undefined; readonly limit: number },
): Promise<Page> {
  const taskId = machineOf(record);
  if (taskId === undefined) return { lines: [], token, atEnd: true };
  const piece = await logs.read(taskId, token, limit);
  return { lines: piece.lines.map(publicLine), token: piece.token ?? token, atEnd: piece.token === token };
}
