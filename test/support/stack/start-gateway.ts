import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scopes } from '../../../contract/api/doors.ts';
import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createGateway } from '../../../local/gateway/create-gateway.ts';
import { TokenIssuer } from '../../../local/tokens/token-issuer.ts';
import { deployFunctions } from './deploy-functions.ts';
import { type FetchCredentials, signedFetch } from './signed-fetch.ts';

type Options = Omit<NonNullable<Parameters<typeof deployFunctions>[0]>, 'fixtures'>;

/** A gateway for one test, in front of functions that answer with the event they got. */
export async function startGateway(options: Options = {}) {
  const echo = 'echo.ts';
  const fixtures = { query: echo, lifecycle: echo, commands: echo, agent: echo };
  const { functions, logs } = await deployFunctions({ ...options, fixtures });
  const folder = await mkdtemp(join(tmpdir(), 'matrx-gateway-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const principals = new Principals();
  const tokens = await TokenIssuer.open({ keyFile: join(folder, 'key.json'), issuer: 'https://pool', clientId: 'cli' });
  const refusals: string[] = [];
  const gateway = await createGateway({
    functions,
    principals,
    tokens,
    region: 'us-east-1',
    accountId: principals.accountId,
    clock: options.clock ?? systemClock,
    onLog: (line) => refusals.push(line),
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const service = principals.issueService('caller');
  const fetchAs = (credentials: FetchCredentials) => signedFetch(gateway.url, credentials);
  const token = await tokens.issueAccessToken({
    sub: 'ann',
    scopes: Object.keys(scopes),
    groups: ['one', 'two'],
  });
  return {
    gateway,
    principals,
    tokens,
    logs,
    refusals,
    service,
    fetchAs,
    asService: fetchAs(service.credentials),
    asPerson: fetchAs({ token }),
    asNobody: fetchAs({}),
  };
}
