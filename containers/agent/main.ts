// The machine's one long-lived program, started as root by the container's init.

import { type ExitCode, exitCodes } from '../../contract/agent/exit-codes.ts';
import { systemClock } from '../../contract/clock.ts';
import manifest from '../../package.json' with { type: 'json' };
import { type AgentConfig, ConfigError, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { runAgent } from './run-agent.ts';
import { readSessionLimit } from './session-limit.ts';

const write = (line: string) => void process.stdout.write(line);

async function main(): Promise<ExitCode> {
  let config: AgentConfig;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    createLog(write, systemClock.now).error('agent.misconfigured', error);
    return exitCodes.configuration;
  }
  const log = createLog(write, config.clock.now);
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  const { version } = manifest;
  log.info('agent.started', { version });
  try {
    const code = await runAgent({ config, log, version, sessionLimit: readSessionLimit(), stop: stop.signal });
    log.info('agent.ended', { code });
    return code;
  } catch (error) {
    log.error('agent.failed', error);
    return exitCodes.internal;
  }
}

void main().then((code) => process.exit(code));
