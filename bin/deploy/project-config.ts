import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployConfig } from '../../lib/config/deploy-config.ts';
import { readConfig } from '../../lib/config/read-config.ts';

const root = join(import.meta.dirname, '../..');

/** The operator's settings as cdk.json has them. Throws DeployConfigError with every fault. */
export function projectConfig(): DeployConfig {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  return readConfig(context['matrx']);
}
