import { S3Client } from '@aws-sdk/client-s3';
import type { Reader } from '../../core/files/transfers/transfer-ports.ts';

/**
 * Clients that sign. Callers reach storage as this process does; a sandbox reaches it by the name that it has on AWS, also where
 * this process knows another one: its one link to the outside is asked for that.
 */
export function signingClients(reached: S3Client): Readonly<Record<Reader, S3Client>> {
  const { region, credentials } = reached.config;
  const endpoint = async () => {
    const name = await region();
    const suffix = name.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    return { protocol: 'https:', hostname: `s3.${name}.${suffix}`, path: '/' };
  };
  return { caller: reached, agent: new S3Client({ region, credentials, endpoint }) };
}
