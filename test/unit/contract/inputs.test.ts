import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExecCommand } from '../../../contract/api/commands/commands.ts';
import { FilePath } from '../../../contract/api/files/file-entry.ts';
import { IdempotencyKey, SandboxId, UserId } from '../../../contract/api/identifiers.ts';
import { limits } from '../../../contract/api/limits.ts';
import { CreateSandbox, PatchSandbox } from '../../../contract/api/sandboxes/sandboxes.ts';

const refused = (schema: typeof ExecCommand | typeof CreateSandbox, input: unknown) =>
  (schema.safeParse(input).error?.issues ?? []).map((issue) => issue.path.join('.'));

test('a sandbox with nothing said gets the documented defaults', () => {
  expect(CreateSandbox.parse({})).toEqual({
    template: 'base',
    disk_gb: 20,
    ttl_seconds: 7_200,
    idle_timeout_seconds: 0,
    env: {},
    labels: {},
    storage: { hot: true, cold: false },
  });
});

test.each([
  ['ttl_seconds', { ttl_seconds: 59 }],
  ['ttl_seconds', { ttl_seconds: 604_801 }],
  ['idle_timeout_seconds', { idle_timeout_seconds: 59 }],
  ['disk_gb', { disk_gb: 19 }],
  ['size', { size: 'enormous' }],
  ['user_id', { user_id: '../admin' }],
  ['template', { template: 'Base' }],
  ['env.1A', { env: { '1A': 'x' } }],
  ['env.A', { env: { A: 'a\0b' } }],
  ['env', { env: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`N${n}`, ''])) }],
  ['env', { env: { A: 'x'.repeat(limits.environmentBytes) } }],
  ['labels', { labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`n${n}`, ''])) }],
])('a create is refused at %s', (field, input) => {
  expect(refused(CreateSandbox, input)).toEqual([field]);
});

test('a change of nothing is refused', () => {
  expect(PatchSandbox.safeParse({}).success).toBe(false);
});

test.each([
  ['command', {}],
  ['command', { command: 'true', argv: ['true'] }],
  ['command', { command: '' }],
  ['command', { command: 'x'.repeat(65_537) }],
  ['command', { command: 'a\0b' }],
  ['argv', { argv: [] }],
  ['argv', { argv: [''] }],
  ['argv.1', { argv: ['a', 'b\0'] }],
  ['argv', { argv: ['é'.repeat(32_769)] }],
  ['timeout_seconds', { command: 'true', timeout_seconds: 0 }],
  ['timeout_seconds', { command: 'true', timeout_seconds: 1.5 }],
  ['wait_seconds', { command: 'true', wait_seconds: 281 }],
  ['max_output_bytes', { command: 'true', max_output_bytes: 4 * 1024 * 1024 + 1 }],
  ['cwd', { command: 'true', cwd: `/${'a'.repeat(4_096)}` }],
  ['stdin', { command: 'true', stdin: { data: '', encoding: 'utf16' } }],
  ['user', { command: 'true', user: 'wheel' }],
])('C2: an exec is refused at %s', (field, input) => {
  expect(refused(ExecCommand, input)).toContain(field);
});

test('C2: a command of exactly the largest size passes, counted in bytes', () => {
  expect(ExecCommand.safeParse({ command: 'é'.repeat(32_768) }).success).toBe(true);
  expect(ExecCommand.safeParse({ command: 'é'.repeat(32_768).concat('x') }).success).toBe(false);
});

test('M8: a user id holds nothing that means anything in a key, a path, an ARN or a policy', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
      if (UserId.safeParse(text).success) expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
    }),
  );
  for (const text of ['', '.', '..', '-a', 'a/b', 'a*', 'a?', '$\x7ba}', 'a#b', 'a b', 'a\n', 'é', 'a'.repeat(129)])
    expect(UserId.safeParse(text).success).toBe(false);
});

test('C6: ids of sandboxes and keys hold no character that a shell, a path or a header would read', () => {
  for (const text of [
    'sbx_',
    'sbx_01',
    '$(id)',
    'sbx_01arz3ndektsv4rrffq69g5fav; id',
    'SBX_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  ])
    expect(SandboxId.safeParse(text).success).toBe(false);
  expect(SandboxId.safeParse('sbx_01arz3ndektsv4rrffq69g5fav').success).toBe(true);
  for (const text of ['', 'a\r\nb', 'é', 'a'.repeat(65)]) expect(IdempotencyKey.safeParse(text).success).toBe(false);
});

test('M2: a path that is half a character is refused: it would be another one on disk', () => {
  expect(FilePath.safeParse({ path: 'a\ud83d' }).success).toBe(false);
  expect(FilePath.safeParse({ path: 'a\u{1f600}' }).success).toBe(true);
});
