import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** What else runs one command in a machine that is there already. */
export interface PlainExec extends AsyncDisposable {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

// Only what is there: a bench pulls nothing.
const image = 'debian:stable-slim';

const runTo = async (program: string, args: readonly string[]) => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'close');
};

/** `docker exec` where an engine answers that has the image, else a plain spawn. */
export async function plainExec(): Promise<PlainExec> {
  const docker = (...args: readonly string[]) => spawnSync('docker', args, { encoding: 'utf8', timeout: 20_000 });
  const started = docker('run', '--rm', '-d', '--pull', 'never', image, 'sleep', '600');
  const container = started.status === 0 ? started.stdout.trim() : undefined;
  if (container === undefined)
    return { name: 'plain spawn', run: () => runTo('/bin/true', []), [Symbol.asyncDispose]: async () => undefined };
  return {
    name: 'docker exec',
    run: () => runTo('docker', ['exec', container, '/bin/true']),
    [Symbol.asyncDispose]: async () => void docker('kill', container),
  };
}
