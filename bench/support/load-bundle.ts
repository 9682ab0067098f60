// Runs alone in a process: loads the bundle named by its argument as Lambda does, and prints how long that took, in ms.
import { performance } from 'node:perf_hooks';

Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: unknown) => handler } });

const started = performance.now();
// biome-ignore lint/plugin: a runtime learns which function it runs only when it has started
const { handler } = (await import(process.argv[2] ?? '')) as { handler: unknown };
if (typeof handler !== 'function') throw new Error('the bundle has no handler');
process.stdout.write(String(performance.now() - started));
