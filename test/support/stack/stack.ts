import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminGroup, scopes } from '../../../contract/api/doors.ts';
import { findNpm } from '../../../local/service/find-npm.ts';
import { type Service, type ServiceOptions, startService } from '../../../local/start.ts';
import { buildDir } from '../build-dir.ts';
import { type SignedFetch, signedFetch } from './signed-fetch.ts';

/** A whole service of its own, with callers to call it as. */
export interface Stack extends AsyncDisposable {
  readonly service: Service;
  readonly url: string;
  readonly asService: SignedFetch;
  readonly asNobody: SignedFetch;
  asPerson(userId: string, options?: { readonly scopes?: readonly string[] }): Promise<SignedFetch>;
  asAdmin(): Promise<SignedFetch>;
}

/** Starts a service in a folder of its own, on a free port and with a fast channel. Disposing it leaves nothing. */
export async function startStack(options: Partial<ServiceOptions> = {}): Promise<Stack> {
  await using undo = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'matrx-stack-'));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const npmDir = findNpm(process.env);
  const service = undo.use(await startService({ dataDir, port: 0, pace: 'fast', npmDir, buildDir, ...options }));
  const { url } = service.local;
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = service.local.service;
  const asPerson: Stack['asPerson'] = async (sub, over = {}) =>
    signedFetch(url, {
      token: await service.tokens.issueAccessToken({ sub, scopes: over.scopes ?? Object.keys(scopes) }),
    });
  const asAdmin = async () => {
    const admin = { sub: 'admin', scopes: Object.keys(scopes), groups: [adminGroup] };
    return signedFetch(url, { token: await service.tokens.issueAccessToken(admin) });
  };
  const stack = undo.move();
  return {
    service,
    url,
    asPerson,
    asAdmin,
    asService: signedFetch(url, { accessKeyId, secretAccessKey }),
    asNobody: signedFetch(url, {}),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
