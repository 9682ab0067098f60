import type { DeployConfig } from '../../lib/config/deploy-config.ts';
import { DeployConfigError, readConfig } from '../../lib/config/read-config.ts';

/** An operator's settings. Where they are wrong this program ends with 1, and says every fault and nothing else. */
export function settingsOrExit(context: unknown): DeployConfig {
  try {
    return readConfig(context);
  } catch (error) {
    if (!(error instanceof DeployConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
