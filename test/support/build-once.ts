import { buildAll } from '../../local/service/build-all.ts';
import { buildDir } from './build-dir.ts';

/** Before the first test: what several processes would otherwise build beside each other. */
export default async function setup(): Promise<void> {
  await buildAll(buildDir);
}
