import { firstScreen } from './first-screen.ts';
import { readHazardsFile } from './hazards/read-hazards-file.ts';
import { progressLine } from './progress-line.ts';
import { type Arguments, readArguments, UsageError, usage } from './read-arguments.ts';
import { reset } from './reset.ts';
import { findNpm } from './service/find-npm.ts';
import { usualPort } from './service/open/open-gateway.ts';
import { ServiceError } from './service/service-error.ts';
import { startService } from './start.ts';
import { stopSignal } from './stop-signal.ts';

type Host = Pick<
  NodeJS.Process,
  'argv' | 'env' | 'stdin' | 'stdout' | 'stderr' | 'cwd' | 'on' | 'off' | 'exit' | 'pid'
>;

/** Runs the service until it is told to stop; answers the exit code. */
export async function runService(host: Host): Promise<number> {
  try {
    const args = readArguments(host.argv.slice(2));
    if (args.help) host.stdout.write(usage);
    else if (args.reset) await reset(args, host);
    else await serve(args, host);
    return 0;
  } catch (error) {
    host.stderr.write(explain(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function serve(args: Arguments, host: Host): Promise<void> {
  using stop = stopSignal(host);
  const progress = progressLine(host.stderr);
  await using service = await startService({
    dataDir: args.data,
    port: args.port,
    network: args.network,
    engine: args.engine,
    image: args.image,
    clientChannels: args.clientChannels,
    rootCommands: args.rootCommands,
    env: host.env,
    hazards: args.hazards === undefined ? undefined : readHazardsFile(args.hazards),
    npmDir: findNpm(host.env),
    onStep: progress.show,
  }).finally(progress.clear);
  if (args.json) {
    host.stdout.write(`${JSON.stringify({ ...service.local, pid: host.pid })}\n`);
  } else {
    host.stdout.write(firstScreen(service, args.network, host.cwd()));
    if (args.port === undefined && !service.local.url.endsWith(`:${usualPort}`)) {
      host.stdout.write(`\nPort ${usualPort} is in use, so another one was taken.\n`);
    }
  }
  await stop.asked;
  if (!args.json) host.stderr.write('\nStopping the sandboxes and the service; Ctrl-C again ends them at once.\n');
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  if (error instanceof ServiceError) return `npm start: ${error.message}\nTo do: ${error.fix}\n`;
  return `The service failed: ${error instanceof Error ? error.stack : String(error)}\n`;
}
