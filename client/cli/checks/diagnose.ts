import { SandboxError } from '../../../contract/api/errors.ts';
import type { ConnectionOptions } from '../../connection.ts';
import { findLocalService, type LocalService } from '../../node/local-service.ts';
import { Service } from '../../service.ts';
import { bad, type Check, fine } from './check.ts';
import { checkMachine } from './check-machine.ts';

// The error's own hint is to look here.
const elsewhere = 'check the URL, from --url or else MATRX_URL, and that the service runs there';

/** A check that is fine unless it throws; the thrown error's hint is what to do. */
async function attemptCheck(name: string, check: () => Promise<string>): Promise<Check> {
  try {
    return fine(name, await check());
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return bad(name, error.message, error.code === 'unreachable' ? elsewhere : error.hint);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function checkLocal({ pid, engine, url }: LocalService): Check {
  return isRunning(pid)
    ? fine('local service', `process ${pid} at ${url}, sandboxes by ${engine}`)
    : bad('local service', `process ${pid} is gone`, 'start it again: npm start');
}

async function* checkParts(service: Service, options: { signal?: AbortSignal }): AsyncGenerator<Check> {
  try {
    for (const { name, state, detail, since } of (await service.health(options)).parts) {
      const line = `${detail} (since ${since})`;
      yield state === 'ok' ? fine(name, line) : bad(name, line, 'the service’s own log says more');
    }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    yield bad('health', error.message, error.hint);
  }
}

const nodeVersion = 24;

/** Looks at each link of the chain, in order, and stops where the next can't be looked at. */
export async function* diagnose(options: ConnectionOptions & { signal?: AbortSignal }): AsyncGenerator<Check> {
  const { node } = process.versions;
  yield Number.parseInt(node, 10) >= nodeVersion
    ? fine('node', node)
    : bad('node', node, `expected ${nodeVersion}: npm install brings it`);

  let service: Service | undefined;
  // Whoever asks wants to know how it is now, not after several tries.
  const impatient = { ...options, attempts: 1, timeouts: { answerMs: 10_000, totalMs: 15_000 } };
  yield await attemptCheck('configuration', async () => {
    service = await Service.connect(impatient);
    return service.url;
  });
  const local = service && findLocalService(process.cwd());
  // Where nothing is configured, a local service is what there could be.
  const isLocal = service === undefined || local?.url.replace(/\/+$/, '') === service.url;
  if (isLocal) yield* await checkMachine(process.cwd(), options.signal);
  if (service === undefined) return;
  if (local && isLocal) yield checkLocal(local);

  const asked = service;
  const reachable = await attemptCheck('reachable', async () => `answers: ${(await asked.status(options)).status}`);
  yield reachable;
  if (!reachable.ok) return;
  yield await attemptCheck('credentials', async () => {
    const { kind, principal } = await asked.me(options);
    return `accepted, as ${kind} ${principal}`;
  });
  yield* checkParts(service, options);
}
