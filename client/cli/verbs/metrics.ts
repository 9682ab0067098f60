import { openConnection } from '../../connection.ts';
import { type OutputOf, send } from '../../http/send/send.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { formatTable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

type Metrics = OutputOf<'getMetrics'>;

const bars = '▁▂▃▄▅▆▇█';

/** A line of bars, the highest at `most` and above. */
const graph = (values: readonly number[], most: number): string =>
  values.map((value) => bars[Math.min(bars.length - 1, Math.floor((value / most) * bars.length))] ?? '').join('');

function describe({ limits, current, points }: Metrics): string {
  if (current === null) return 'nothing yet: an agent tells its figures once a minute';
  const line = (name: string, now: string, of: string, values: readonly number[], most: number) =>
    [name, now, of === '' ? '' : `of ${of}`, graph(values, most)] as const;
  const column = (pick: (point: Metrics['points'][number]) => number) => points.map(pick);
  const processes = column((point) => point.processes);
  return formatTable([
    line(
      'cpu',
      `${current.cpu.toFixed(2)} vCPU`,
      `${limits.cpu}`,
      column(({ cpu }) => cpu),
      limits.cpu,
    ),
    line(
      'memory',
      formatBytes(current.memory_bytes),
      formatBytes(limits.memory_bytes),
      column((point) => point.memory_bytes),
      limits.memory_bytes,
    ),
    line(
      'disk',
      formatBytes(current.disk_bytes),
      formatBytes(limits.disk_bytes),
      column((point) => point.disk_bytes),
      limits.disk_bytes,
    ),
    line('processes', String(current.processes), '', processes, Math.max(1, ...processes)),
    ['commands', String(current.running_commands), '', ''],
    ['as of', current.at, '', 'past hour, a bar a minute'],
  ]);
}

export const metrics: Verb = {
  name: 'metrics',
  usage: '<id> [flags]',
  summary: 'show what a sandbox uses of CPU, memory and disk, now and in the past hour',
  flags: {},
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const input = { params: { sandbox_id: oneSandboxId(args) } };
    const told = await send(await openConnection(options), 'getMetrics', input, options);
    await terminal.print(args.on('json') ? JSON.stringify(told) : describe(told));
    return 0;
  },
};
