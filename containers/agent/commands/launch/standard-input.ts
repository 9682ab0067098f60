import { Buffer } from 'node:buffer';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StartCommand } from '../../../../contract/agent/commands.ts';
import { AgentError } from '../../../../contract/agent/errors.ts';
import { limits } from '../../../../contract/api/limits.ts';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes of a command's standard input. Throws `invalid_request` or `too_large`. */
export function standardInputBytes(stdin: Exclude<NonNullable<StartCommand['stdin']>, 'pipe'>): Buffer {
  if (stdin.encoding === 'base64' && !base64.test(stdin.data)) {
    throw new AgentError('invalid_request', 'stdin.data is not base64', {
      details: { field: 'stdin.data', rule: 'expected base64, as encoding says' },
    });
  }
  const bytes = Buffer.from(stdin.data, stdin.encoding);
  if (bytes.length > limits.stdinBytes) {
    throw new AgentError('too_large', `stdin has ${bytes.length} bytes, at most ${limits.stdinBytes}`, {
      details: {
        field: 'stdin.data',
        value: String(bytes.length),
        rule: `expected at most ${limits.stdinBytes} bytes`,
      },
    });
  }
  return bytes;
}

let count = 0;

/**
 * A descriptor to read these bytes from, to be closed by the caller. It is a file without a name: nothing waits for a
 * command that doesn't read, and `/dev/stdin` can be opened. `folder` is root's.
 */
export function openStandardInput(folder: string, bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return openSync('/dev/null', constants.O_RDONLY);
  const path = join(folder, `stdin-${count++}`);
  const writing = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o444);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(writing, bytes, at);
    return openSync(path, constants.O_RDONLY);
  } finally {
    closeSync(writing);
    unlinkSync(path);
  }
}
