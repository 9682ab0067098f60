import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSessionState, sessionStateBytes } from '../../../../containers/agent/commands/sessions/session-state.ts';
import { Sessions } from '../../../../containers/agent/commands/sessions/sessions.ts';

const told = (...parts: string[]) => Buffer.from(`${parts.join('\0')}\0\0`);

test('a telling is a folder and its variables, without what a shell makes anew', () => {
  const entries = ['A=1', 'EMPTY=', 'E==', 'LINES=x\ny', 'PWD=/x', 'SHLVL=2', '_=/usr/bin/env', 'OLDPWD=/'];
  expect(parseSessionState(told('/a\nb\n', ...entries, 'BASH_FUNC_f%%=() { :; }', 'no value'))).toEqual({
    cwd: '/a\nb',
    env: { A: '1', EMPTY: '', E: '=', LINES: 'x\ny' },
  });
});

test('of several tellings the last one counts', () => {
  expect(parseSessionState(Buffer.concat([told('/a\n', 'A=1'), told('/b\n', 'A=2')]))).toEqual({
    cwd: '/b',
    env: { A: '2' },
  });
});

test.for([
  ['nothing', Buffer.alloc(0)],
  ['one that was cut off', Buffer.from('/a\n\0A=1\0')],
  ['a relative folder', told('a\n', 'A=1')],
  ['a folder too long', told(`/${'x'.repeat(5_000)}\n`, 'A=1')],
  ['a folder that is no UTF-8', Buffer.concat([Buffer.from([0x2f, 0xff, 0x0a, 0]), told('A=1')])],
  ['more than a session may take', told('/a\n', `A=${'x'.repeat(sessionStateBytes)}`)],
] as const)('%s leaves a session as it was', ([, bytes]) => {
  expect(parseSessionState(bytes)).toBeUndefined();
});

test('whatever a command writes, reading it never throws and never makes a name that is none', async () => {
  await fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const state = parseSessionState(Buffer.concat([Buffer.from('/x\n\0'), Buffer.from(bytes), Buffer.from('\0\0')]));
      for (const name of Object.keys(state?.env ?? {})) expect(name).toMatch(/^[A-Za-z_]\w*$/);
    }),
  );
});

test('the session longest unused is forgotten first, one in use never', () => {
  const sessions = new Sessions(2);
  const state = { cwd: '/a', env: {} };
  const busy = sessions.take('busy', 'agent');
  sessions.take('one', 'agent').end(state);
  sessions.take('two', 'agent').end(state);
  sessions.take('three', 'agent').end(state);
  expect(() => sessions.take('busy', 'agent')).toThrow(expect.objectContaining({ code: 'session_busy' }));
  busy.end(state);
  expect(sessions.take('three', 'agent').state).toEqual(state);
  expect(sessions.take('one', 'agent').state).toBeUndefined();
});

test('a command that leaves nothing leaves a session as it was, and users have their own', () => {
  const sessions = new Sessions();
  const state = { cwd: '/a', env: {} };
  sessions.take('s', 'agent').end(state);
  sessions.take('s', 'agent').end();
  expect(sessions.take('s', 'root').state).toBeUndefined();
  expect(sessions.take('s', 'agent').state).toEqual(state);
});
