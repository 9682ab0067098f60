import type { Duplex } from 'node:stream';
import { layContents } from '../../home/helper/restore/lay-contents.ts';
import { placeHome } from '../../home/helper/restore/place-home.ts';
import { stageHome } from '../../home/helper/restore/stage-home.ts';
import { packFiles } from '../../home/helper/save/pack-files.ts';
import { scanHome } from '../../home/helper/save/scan-home.ts';
import { FrameReader, jsonOf } from '../wire/frames.ts';
import { letGo } from '../wire/let-go.ts';
import type { HelperOperation, OpenCall } from '../wire/operations.ts';
import { Call } from './call.ts';
import { failureOf } from './failure-of.ts';
import { changeMode } from './operations/change-mode.ts';
import { discardFile } from './operations/discard-file.ts';
import { hashFile } from './operations/hash-file.ts';
import { listFiles } from './operations/list-files.ts';
import { makeFolder } from './operations/make-folder.ts';
import { moveFile } from './operations/move-file.ts';
import { readFile } from './operations/read-file.ts';
import { removeFile } from './operations/remove-file.ts';
import { searchFiles } from './operations/search-files.ts';
import { statFile } from './operations/stat-file.ts';
import { watchFiles } from './operations/watch-files.ts';
import { writeFile } from './operations/write-file.ts';
import { homePaths, type Paths } from './paths.ts';

type Operations = {
  readonly [O in HelperOperation]: (input: OpenCall<O>['input'], paths: Paths, call: Call) => Promise<unknown>;
};

const operations: Operations = {
  stat: statFile,
  read: readFile,
  write: writeFile,
  discard: discardFile,
  list: listFiles,
  hash: hashFile,
  move: moveFile,
  makeFolder,
  changeMode,
  remove: removeFile,
  watch: watchFiles,
  search: searchFiles,
  scanHome,
  packFiles,
  stageHome,
  layContents,
  placeHome,
};

/** Answers calls, many at once, each with `done` or `failed` in the end. */
export function serveCalls(input: Duplex, output: Duplex): void {
  const calls = new Map<number, Call>();
  const reader = new FrameReader((kind, id, bytes) => calls.get(id)?.roomFor(kind, bytes), letGo);
  const open = async (id: number, { operation, home, input: what }: OpenCall) => {
    const call = new Call(id, output);
    calls.set(id, call);
    try {
      const run = operations[operation] as Operations[HelperOperation];
      call.end('done', await run(what as never, homePaths(home), call));
    } catch (error) {
      call.end('failed', failureOf(error));
    } finally {
      calls.delete(id);
    }
  };
  input.on('data', (chunk: Buffer) => {
    for (const { kind, call: id, payload } of reader.push(chunk)) {
      if (kind === 'open') void open(id, jsonOf(payload) as OpenCall);
      else calls.get(id)?.hear(kind, payload);
    }
  });
}
