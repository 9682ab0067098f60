import { join } from 'node:path';
import { adminGroup, scopes } from '../../../contract/api/doors.ts';
import { TokenIssuer } from '../../tokens/token-issuer.ts';
import type { LocalFile } from '../announce.ts';
import type { Run } from '../run.ts';

export interface Callers {
  readonly tokens: TokenIssuer;
  /** One ready-made caller for each door. */
  readonly readyMade: Pick<LocalFile, 'service' | 'person' | 'admin'>;
}

const tokenSeconds = 30 * 86_400;
const personId = 'local-person';

/** The stand-in for Cognito, a service's key, and tokens for a person and an administrator that last 30 days. */
export async function openCallers({ dataDir, region, principals }: Run): Promise<Callers> {
  const tokens = await TokenIssuer.open({
    keyFile: join(dataDir, 'tokens', 'key.json'),
    issuer: `https://cognito-idp.${region}.amazonaws.com/${region}_local`,
    clientId: 'matrx-local',
  });
  const tokenFor = (sub: string, groups: readonly string[]) =>
    tokens.issueAccessToken({ sub, groups, scopes: Object.keys(scopes), ttlSeconds: tokenSeconds });
  const { accessKeyId, secretAccessKey } = principals.issueService('local-service').credentials;
  return {
    tokens,
    readyMade: {
      service: { access_key_id: accessKeyId, secret_access_key: secretAccessKey },
      person: { user_id: personId, token: await tokenFor(personId, []) },
      admin: { token: await tokenFor('local-admin', [adminGroup]) },
    },
  };
}
