import { expect, test } from 'vitest';
import { readArguments, UsageError } from '../../../local/read-arguments.ts';

test('without arguments everything has its default', () => {
  expect(readArguments([])).toEqual({
    port: undefined,
    data: '.matrx',
    network: 'none',
    engine: 'auto',
    image: undefined,
    hazards: undefined,
    reset: false,
    yes: false,
    clientChannels: false,
    rootCommands: false,
    json: false,
    help: false,
  });
});

test('each flag is read', () => {
  const args = ['--port', '0', '--data=x', '--network', 'host', '--engine', 'docker', '--image', 'mine:1'];
  const more = ['--hazards', 'bad.json', '--reset', '--yes', '--client-channels', '--root-commands', '--json'];
  expect(readArguments([...args, ...more])).toEqual({
    port: 0,
    data: 'x',
    network: 'host',
    engine: 'docker',
    image: 'mine:1',
    hazards: 'bad.json',
    reset: true,
    yes: true,
    clientChannels: true,
    rootCommands: true,
    json: true,
    help: false,
  });
});

test.each([
  [['--prot', '1'], '--prot'],
  [['extra'], 'extra'],
  [['--port', 'many'], '--port is "many", expected 0-65535'],
  [['--port', '65536'], '65536'],
  [['--network', 'some'], '--network is "some", expected none or internet or host'],
  [['--engine', 'podman'], '--engine is "podman", expected auto or docker or namespaces'],
  [['--image='], '--image'],
  [['--data='], '--data'],
  [['--yes'], '--reset is not given'],
])('fails for %j and says why', (args, message) => {
  expect(() => readArguments(args)).toThrow(UsageError);
  expect(() => readArguments(args)).toThrow(message);
});
