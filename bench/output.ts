import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { BenchStack } from './support/stack.ts';

const mb = 1_000_000;

// A session of ECS Exec reads at most 1024 bytes, then waits a millisecond: no session can carry more.
const wireMbPerSecond = 1.024;

const sources = [
  ['random bytes', ['head', '-c', `${3 * mb}`, '/dev/urandom']],
  ['text', ['bash', '-c', `cat /usr/share/common-licenses/* /usr/share/perl*/*/*.p[lm] | head -c ${12 * mb}`]],
] as const;

/** Output through the whole API at the real pace of the exec channel, beside what the wire itself can carry and a plain pipe does. */
export async function* benchOutput(stack: BenchStack): AsyncGenerator<string> {
  await using sandbox = await stack.createSandbox();
  await sandbox.commands.run(['true']);
  for (const [name, argv] of sources) {
    const sent = await measure((onStdout) => sandbox.commands.run(argv, { onStdout, maxOutputBytes: 0, check: true }));
    const piped = await measure((onStdout) => pipe(argv, onStdout));
    const share = `${(sent.rate / wireMbPerSecond).toFixed(1)} times what the wire carries as it is`;
    yield `${name.padEnd(13)} ${sent.mb.toFixed(1)} MB at ${sent.rate.toFixed(2)} MB/s, ${share}; a plain pipe ${piped.rate.toFixed(0)} MB/s`;
  }
}

type OnStdout = (piece: Uint8Array) => void;

async function measure(run: (onStdout: OnStdout) => Promise<unknown>): Promise<{ mb: number; rate: number }> {
  let bytes = 0;
  const start = performance.now();
  await run((piece) => {
    bytes += piece.length;
  });
  return { mb: bytes / mb, rate: bytes / mb / ((performance.now() - start) / 1_000) };
}

async function pipe([program, ...args]: readonly [string, ...string[]], onStdout: OnStdout): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', onStdout);
  await once(child, 'close');
}
