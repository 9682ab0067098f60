import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
const zod = join(root, 'node_modules/zod');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

const specifier = /(\b(?:from|import)\s*\(?\s*)(['"])([\w@./-]+)\2/g;

/** The declarations of the library alone, as the compiler writes them. Throws with its messages. */
function emit(folder: string): void {
  const options = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: root,
      outDir: folder,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: [join(root, 'client/index.ts')],
    include: [],
  };
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify(options));
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the library's types can't be written:\n${stdout}`);
}

/**
 * Writes into `folder` the declarations that `client/index.d.ts` reaches, those of zod among them, so that a consumer's compiler needs
 * nothing else. Throws where they would need something of Node.
 */
export function declareTypes(folder: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'matrx-types-'));
  try {
    emit(emitted);
    const sourceOf = (path: string) => (path.startsWith('zod/') ? join(zod, path.slice(4)) : join(emitted, path));
    const waiting = ['client/index.d.ts'];
    const seen = new Set(waiting);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const from = path;
      const text = readFileSync(sourceOf(from), 'utf8').replace(specifier, (whole, before, quote, name) => {
        const target = targetOf(name, from);
        if (target === undefined) return whole;
        if (!seen.has(target)) {
          seen.add(target);
          waiting.push(target);
        }
        const near = relative(dirname(from), target).replace(/\.d\.ts$/, '.js');
        return `${before}${quote}${near.startsWith('.') ? near : `./${near}`}${quote}`;
      });
      mkdirSync(join(folder, dirname(from)), { recursive: true });
      writeFileSync(join(folder, from), text);
    }
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

/** The declaration that an import means, from the folder of types on; undefined for what only a comment of zod's imports. */
function targetOf(name: string, from: string): string | undefined {
  if (name.startsWith('.')) return join(dirname(from), name.replace(/\.(js|ts)$/, '.d.ts'));
  if (from.startsWith('zod/')) return undefined;
  if (name === 'zod' || name.startsWith('zod/')) return `${name}/index.d.ts`;
  throw new Error(`${from} imports ${name}, which a browser has not`);
}
