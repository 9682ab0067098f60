import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bytesType, fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { answer, type Behaviour, misbehavingService, sandboxId } from '../../support/fakes/misbehaving-service.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';

// A sandbox that says of whatever it is asked for that it is something else.

const entry = (path: string, type: string) => ({
  path,
  name: 'x',
  type,
  size: 1,
  mode: '644',
  owner: 1000,
  group: 1000,
  modified_at: '2026-01-01T00:00:00.000Z',
});

const file: Behaviour = (response) => {
  const sha256 = createHash('sha256').update('x').digest('hex');
  response.writeHead(200, { 'content-type': bytesType, [fileHeaders.sha256]: sha256, [fileHeaders.size]: '1' });
  response.end('x');
};

async function copy(from: string, ...behaviours: Behaviour[]) {
  const here = await mkdtemp(join(tmpdir(), 'matrx-names-'));
  onTestFinished(() => rm(here, { recursive: true }));
  await using service = await misbehavingService(...behaviours);
  const env = { MATRX_URL: service.url, MATRX_TOKEN: 't' };
  const { exitCode, stderr } = await runMatrx(['cp', `${sandboxId}:${from}`, here], { env });
  return { exitCode, stderr, written: await readdir(here) };
}

test('M2: a file that is copied out has the name that was asked for, whatever the sandbox calls it', async () => {
  const { written } = await copy('report.txt', answer(200, entry('/home/agent/.bashrc', 'file')), file);
  expect(written).toEqual(['report.txt']);
});

test('M2: a folder without a name is not copied under a hidden one', async () => {
  const nothing = answer(200, { entries: [], next_cursor: null });
  const hidden = await copy('.', answer(200, entry('/home/agent/.ssh', 'directory')), nothing);
  expect(hidden).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('.ssh'), written: [] });
  const honest = await copy('.', answer(200, entry('/home/agent', 'directory')), nothing);
  expect(honest).toMatchObject({ exitCode: 0, written: ['agent'] });
});
