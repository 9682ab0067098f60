import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InstalledPackage, installPackage } from '../../support/stack/installed-package.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

const run = promisify(execFile);
const compiler = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc');

let installed: InstalledPackage;
let stack: Stack;

beforeAll(async () => {
  // One after the other: building the types holds this process up for seconds, and a service that starts in it.
  installed = await installPackage();
  stack = await startStack();
}, 120_000);
afterAll(async () => {
  installed?.[Symbol.dispose]();
  await stack?.[Symbol.asyncDispose]();
});

const environment = () => ({ MATRX_URL: stack.url, MATRX_TOKEN: stack.service.local.person.token });

const program = `
  import { Sandbox, SandboxError } from '@matrx/sandbox';
  const sandbox = await Sandbox.create({ ttlMs: 600_000 });
  try {
    const { exitCode, stdout } = await sandbox.commands.run('echo hello; exit 3');
    const refused = await sandbox.commands.run(['a\\0']).catch((error) => error);
    console.log(JSON.stringify({ exitCode, stdout, code: refused instanceof SandboxError && refused.code }));
  } finally {
    await sandbox.kill({ graceful: false });
  }
`;
const said = { exitCode: 3, stdout: 'hello\n', code: 'invalid_request' };

/** An older Node on this machine, as a consumer may have it. */
function olderNode(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return candidates.find((node) => {
    if (!existsSync(node)) return false;
    const major = Number.parseInt(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10);
    return major >= 20 && major < 24;
  });
}

test('plain JavaScript uses the installed package, and needs nothing else installed', async () => {
  const file = installed.write('use.mjs', program);
  const { stdout } = await run(process.execPath, [file], { cwd: installed.folder, env: environment() });
  expect(JSON.parse(stdout)).toEqual(said);
  expect(existsSync(join(installed.folder, 'node_modules/zod'))).toBe(false);
});

test.runIf(olderNode())('an older Node uses it as well, the command line too', async () => {
  const node = olderNode() ?? '';
  const file = installed.write('older.mjs', program);
  const { stdout } = await run(node, [file], { cwd: installed.folder, env: environment() });
  expect(JSON.parse(stdout)).toEqual(said);
  const matrx = [join(installed.folder, 'node_modules/.bin/matrx')];
  const { stdout: me } = await run(node, [...matrx, 'me', '--json'], { cwd: installed.folder, env: environment() });
  expect(JSON.parse(me)).toMatchObject({ kind: 'person' });
});

test('its types hold without skipping any declaration, and refuse what is wrong', () => {
  const use = `
    import { type CommandResult, Sandbox } from '@matrx/sandbox';
    await using sandbox = await Sandbox.create({ ttlMs: 60_000 });
    const result: CommandResult = await sandbox.commands.run('true');
    export const code: number | null = result.exitCode;
    const bytes: Uint8Array = (await sandbox.commands.run('true', { encoding: 'bytes' })).stdout;
    const handle = await sandbox.commands.start(['cat'], { stdin: true });
    await handle.stdin.write(bytes);
    for await (const { stream, offset } of handle.output({ offset: 1 })) console.log(stream.length, offset);
    // @ts-expect-error no such option
    await sandbox.commands.run('true', { timeout: 1 });
    // @ts-expect-error no such status
    export const status: 'nonsense' = sandbox.info.status;
  `;
  const lib = ['es2024', 'esnext.disposable', 'dom'];
  const options = {
    target: 'es2024',
    lib,
    module: 'nodenext',
    noEmit: true,
    strict: true,
    types: [],
    skipLibCheck: false,
  };
  installed.write('use.ts', use);
  installed.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', installed.folder], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

/** What a browser has beside the language, and as strict as browsers are. */
function browserGlobals() {
  const timers: NodeJS.Timeout[] = [];
  function strictFetch(this: unknown, ...request: Parameters<typeof fetch>) {
    if (this !== undefined && this !== globals) throw new TypeError('Illegal invocation');
    return fetch(...request);
  }
  const globals = {
    fetch: strictFetch,
    setTimeout: (task: () => void, ms: number) => timers.push(setTimeout(task, ms)),
    clearTimeout: (id: number) => clearTimeout(timers[id - 1]),
    ...{ URL, Headers, Request, Response, Blob, TextEncoder, TextDecoder, AbortController, AbortSignal },
    ...{ crypto, atob, btoa },
  };
  return globals;
}

test('the bundle for browsers imports nothing of Node, and runs where there is none', async () => {
  const folder = join(installed.folder, 'node_modules/@matrx/sandbox');
  const {
    browser,
    workerd,
    default: otherwise,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).exports['.'];
  expect([workerd, otherwise]).toEqual([browser, browser]);
  // As a page's own bundler would take it; whatever it imported would be told here.
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(folder, browser)],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'matrx',
    write: false,
    metafile: true,
  });
  expect(Object.values(metafile.inputs).map(({ imports }) => imports)).toEqual([[]]);
  const code = outputFiles[0]?.text ?? '';
  const use = `${code}
    (async () => {
      const { Sandbox, SandboxError } = matrx;
      const sandbox = await Sandbox.create({ url, credentials, ttlMs: 600_000 });
      try {
        const { exitCode, stdout } = await sandbox.commands.run('echo hello; exit 3');
        const refused = await sandbox.commands.run(['a\\0']).catch((error) => error);
        return JSON.stringify({ exitCode, stdout, code: refused instanceof SandboxError && refused.code });
      } finally {
        await sandbox.kill({ graceful: false });
      }
    })()`;
  const credentials = { token: stack.service.local.person.token };
  const answer = await runInNewContext(use, { ...browserGlobals(), url: stack.url, credentials });
  expect(JSON.parse(answer)).toEqual(said);
});
