import { systemClock } from '../../../contract/clock.ts';
import { Command, type CommandTools } from '../commands/command.ts';
import { commandEnvironment, commandUser, type EnvironmentSource } from '../commands/launch/environment.ts';
import { isolationFaults, type Observation } from './isolation-faults.ts';

const separator = '--- matrx ---';
const script = `/bin/cat /proc/self/status
echo '${separator}'
/usr/bin/env -0
echo '${separator}'
[ -e "$1" ] && echo seen
exit 0`;
const maxBytes = 128 * 1024;
const timeoutSeconds = 10;

/**
 * Runs a command the way every command is run, and says what of its isolation is missing: nothing, or one line per fault.
 * The sandbox's own variables are left out: only what the agent adds is judged.
 */
export async function checkIsolation(
  tools: CommandTools,
  home: string,
  source: EnvironmentSource,
  privateSocket: string,
): Promise<string[]> {
  await using command = await Command.start(
    {
      id: 'check',
      argv: ['/bin/sh', '-c', script, 'check', privateSocket],
      cwd: '/',
      env: commandEnvironment(home, { ...source, env: {} }, {}),
      stdin: undefined,
      timeoutSeconds,
    },
    // How long that takes is up to the machine, however fast the sandbox's time passes.
    { ...tools, clock: systemClock },
  );
  const { outcome, exit_code } = await command.ended;
  if (outcome !== 'exited' || exit_code !== 0) {
    return [`a command can't be run: ${outcome} ${exit_code ?? ''} ${command.output.excerpt.slice(0, 500)}`.trim()];
  }
  const output = (await command.output.stdout.read(0, maxBytes))?.data.toString() ?? '';
  return isolationFaults(observe(output), { ...commandUser, mark: command.mark });
}

function observe(output: string): Observation {
  const [status = '', environment = '', socket = ''] = output.split(`${separator}\n`);
  const fields = status.split('\n').map((line) => line.split(':\t') as [string, string?]);
  return {
    status: new Map(fields.map(([name, value = '']) => [name, value.trim().replaceAll('\t', ' ')])),
    variables: environment.split('\0').map((pair) => pair.split('=', 1)[0] ?? ''),
    seesSocket: socket.includes('seen'),
  };
}
