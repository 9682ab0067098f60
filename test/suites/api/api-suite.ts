// What callers rely on, asked of a running service by the library: the local one, or a deployed one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectionOptions, Sandbox, Service, type Transport } from '../../../client/index.ts';
import { defineBackgroundSuite } from './background-suite.ts';
import { defineFilesSuite } from './files-suite.ts';
import { defineHeldFilesSuite } from './held-files-suite.ts';
import { defineRunSuite } from './run-suite.ts';

export interface ApiTarget {
  /** Of a caller that may create sandboxes. */
  readonly connection: ConnectionOptions;
  /** The user it creates them for, where it has to name one. */
  readonly userId?: string | undefined;
}

interface ApiParts {
  /** Ways that commands and small files go, each with how many it serves at once. */
  readonly transports: readonly (readonly [Transport, atOnce: number])[];
}

/** Defines the suite; `target` is asked for once a test runs. All tests share one sandbox, but those that end theirs. */
export function defineApiSuite(target: () => ApiTarget, { transports }: ApiParts): void {
  let shared: Sandbox;
  const create = () => Sandbox.create({ ...target().connection, userId: target().userId });
  beforeAll(async () => {
    shared = await create();
  }, 300_000);
  afterAll(async () => void (await shared?.kill({ graceful: false })));

  test('a caller learns who it is, and that the service is well', async () => {
    const service = await Service.connect(target().connection);
    expect(await service.me()).toMatchObject({ principal: expect.any(String) });
    expect(await service.health()).toMatchObject({ status: 'ok' });
  });

  test('a sandbox is found by its id and in its list, and can be changed', async () => {
    const { connection, userId } = target();
    const found = await Sandbox.connect(shared.sandboxId, connection);
    expect(found.info).toMatchObject({ sandboxId: shared.sandboxId, status: 'ready' });
    const listed: string[] = [];
    for await (const { sandboxId } of Sandbox.list({ ...connection, userId, status: 'ready' })) listed.push(sandboxId);
    expect(listed).toContain(shared.sandboxId);
    expect(await found.update({ labels: { seen: 'yes' } })).toMatchObject({ labels: { seen: 'yes' } });
  });

  test('vercel#172: commands are found with their output after their sandbox has ended', async () => {
    const sandbox = await create();
    const ended = await sandbox.commands.start('echo early; head -c 100000 /dev/zero; echo late >&2; exit 3');
    await ended.wait();
    const killed = await sandbox.commands.start("echo going; trap '' TERM; sleep 300");
    for await (const _ of killed.output()) break;
    await sandbox.kill();
    await expect
      .poll(async () => (await sandbox.refresh()).endedAt, { timeout: 200_000, interval: 500 })
      .not.toBeNull();
    const ids: string[] = [];
    for await (const { commandId } of sandbox.commands.list()) ids.push(commandId);
    expect(ids).toEqual([killed.commandId, ended.commandId]);
    expect((await sandbox.commands.get(killed.commandId)).info).toMatchObject({ outcome: 'killed', command: null });
    const late = await sandbox.commands.get(ended.commandId);
    expect(late.info).toMatchObject({ outcome: 'exited', exitCode: 3, stdoutBytes: 100_006, stderrBytes: 5 });
    const pieces: [number, number][] = [];
    for await (const { offset, bytes } of late.output({ stream: 'stdout' })) pieces.push([offset, bytes.length]);
    // Its beginning and its end have outlived the sandbox; what was between is told to be gone.
    expect(pieces[0]?.[0]).toBe(0);
    const [offset = 0, length = 0] = pieces.at(-1) ?? [];
    expect([offset > 4_096, offset + length]).toEqual([true, 100_006]);
    expect(await late.wait()).toMatchObject({ exitCode: 3, stderr: 'late\n', truncated: true });
    await expect(sandbox.commands.run('true')).rejects.toMatchObject({ code: 'sandbox_ended' });
  }, 300_000);

  describe.each(transports)('by the transport %s', (transport, atOnce) => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await Sandbox.connect(shared.sandboxId, { ...target().connection, transport });
    });
    afterAll(() => sandbox?.disconnect());

    defineRunSuite(() => sandbox, atOnce);
    defineBackgroundSuite(() => sandbox);
    defineHeldFilesSuite(() => sandbox);
  });

  defineFilesSuite(() => shared);
}
