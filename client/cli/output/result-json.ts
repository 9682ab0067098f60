import { Buffer, isUtf8 } from 'node:buffer';
import type { CommandResult as WireResult } from '../../../contract/api/commands/command-result.ts';
import type { CommandResult } from '../../commands/command-result.ts';

/** Bytes as the API writes them: text where they are UTF-8, else base64. */
export const encodeText = (bytes: Uint8Array) =>
  isUtf8(bytes)
    ? ({ text: Buffer.from(bytes).toString('utf8'), encoding: 'utf8' } as const)
    : ({ text: Buffer.from(bytes).toString('base64'), encoding: 'base64' } as const);

/** A result as the API gives it. */
export function resultJson(result: CommandResult<Uint8Array>): WireResult {
  const [stdout, stderr] = [encodeText(result.stdout), encodeText(result.stderr)];
  return {
    command_id: result.commandId,
    outcome: result.outcome,
    exit_code: result.exitCode,
    signal: result.signal,
    stdout: stdout.text,
    stderr: stderr.text,
    stdout_encoding: stdout.encoding,
    stderr_encoding: stderr.encoding,
    stdout_bytes: result.stdoutBytes,
    stderr_bytes: result.stderrBytes,
    truncated: result.truncated,
    cwd: result.cwd,
    started_at: result.startedAt.toISOString(),
    duration_ms: result.durationMs,
  };
}
