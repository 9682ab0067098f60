import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployConfig } from '../../lib/config/deploy-config.ts';
import { settingsOrExit } from './settings-or-exit.ts';

const root = join(import.meta.dirname, '../..');

/** The operator's settings as cdk.json has them, or the end of this program. */
export function projectConfig(): DeployConfig {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  return settingsOrExit(context['matrx']);
}
