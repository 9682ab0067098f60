import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withImageEnvironment } from '../../../containers/agent/commands/launch/image-environment.ts';

const source = { sandbox_id: 'sbx_1', user_id: 'ada', env: { COLOUR: 'red' } };

function tellOf(text: string): Record<string, string> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'matrx-environment-'));
  const file = join(folder.path, 'environment');
  writeFileSync(file, text);
  return withImageEnvironment(source, file).env;
}

test('what an image sets is in the environment of commands, below what the sandbox sets', () => {
  expect(tellOf('# a comment\n\nJAVA_HOME=/opt/jdk\nEMPTY=\nCOLOUR=blue\nQUOTED="as it is" = $HOME\n')).toEqual({
    JAVA_HOME: '/opt/jdk',
    EMPTY: '',
    COLOUR: 'red',
    QUOTED: '"as it is" = $HOME',
  });
});

test('an image that sets nothing changes nothing', () => {
  expect(withImageEnvironment(source, '/no/such/file')).toEqual(source);
});

test.each([
  ['export A=1', /environment:2 is not NAME=value/],
  ['A', /environment:2 is not NAME=value/],
  ['PATH=/opt/tools', /environment:2 sets PATH, which is the agent's to set/],
  ['HOME=/root', /environment:2 sets HOME/],
])('fails for the line %s, and names it', (line, message) => {
  expect(() => tellOf(`A=1\n${line}\n`)).toThrow(message);
});

test('fails for a file that is too large', () => {
  expect(() => tellOf(`A=${'a'.repeat(70_000)}`)).toThrow(/larger than 65536 bytes/);
});
