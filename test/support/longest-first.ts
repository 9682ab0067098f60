import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { randomFor } from '../../local/hazards/random.ts';

// They take from half a minute to two, most of it in waiting: whichever began last would be waited for alone.
const longest = new Set(
  [
    'life/stack-histories',
    'restart/random-kills',
    'stack/api',
    'home/kills',
    'hazards/commands',
    'access/expiry',
    'access/slots',
    'channel/faults',
    'channel/frozen',
    'stack/long-commands',
    'client/package',
  ].map((name) => `test/local/${name}.test.ts`),
);

/**
 * Orders test files by chance, the same for one seed, except that the longest begin, and that those of a project stay together: a worker with
 * all that it has loaded ends where the next file is another project's.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { config } = this.ctx;
    const random = randomFor(config.sequence.seed, 'files');
    return files
      .map((file) => ({ file, project: file.project.name, name: relative(config.root, file.moduleId) }))
      .toSorted((a, b) => compare(a.name, b.name))
      .map((one) => ({ ...one, place: random() - (longest.has(one.name) ? 1 : 0) }))
      .toSorted((a, b) => compare(a.project, b.project) || a.place - b.place)
      .map(({ file }) => file);
  }
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);
