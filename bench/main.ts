// `npm run bench [-- name…]`: what the product costs, each figure beside a yardstick of the same run.
import { benchBundles } from './bundles.ts';
import { benchChannel } from './channel.ts';
import { benchCommands } from './commands.ts';
import { benchExec } from './exec.ts';
import { benchFiles } from './files.ts';
import { benchHandover } from './handover.ts';
import { benchHome } from './home.ts';
import { benchOutput } from './output.ts';
import { benchScale } from './scale.ts';
import { type BenchStack, openStack } from './support/stack.ts';

await using opened = new AsyncDisposableStack();
let stack: Promise<BenchStack> | undefined;
const onStack = (bench: (stack: BenchStack) => AsyncIterable<string>) =>
  async function* () {
    stack ??= openStack().then((started) => opened.use(started));
    yield* bench(await stack);
  };

const benches = {
  exec: onStack(benchExec),
  commands: onStack(benchCommands),
  channel: benchChannel,
  output: onStack(benchOutput),
  files: onStack(benchFiles),
  bundles: benchBundles,
  handover: benchHandover,
  home: benchHome,
  scale: benchScale,
};
type Name = keyof typeof benches;

const isName = (name: string): name is Name => name in benches;
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !isName(name));
if (unknown.length > 0) {
  process.stderr.write(`no bench is called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted.filter(isName) : (Object.keys(benches) as Name[])) {
  process.stdout.write(`\n${name}\n`);
  for await (const line of benches[name]()) process.stdout.write(`  ${line}\n`);
}
