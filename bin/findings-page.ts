// Writes docs/findings.md: each finding of the review with the tests that are named after it. `node bin/findings-page.ts`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findings } from './findings.ts';

const root = join(import.meta.dirname, '..');

const testFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => ({ name: `test/${name}`, text: readFileSync(join(root, 'test', name), 'utf8') }));

/** The tests named after a finding, by file. */
function testsOf(id: string): string[] {
  const named = new RegExp(`['\`]${id}: ([^'\`\\n]+)['\`]`, 'g');
  return testFiles.flatMap(({ name, text }) => [...text.matchAll(named)].map(([, title]) => `${title} (\`${name}\`)`));
}

/** The page, whole. */
export function findingsPage(): string {
  const rows = Object.entries(findings).map(([id, { wrong, now }]) => {
    const tests = testsOf(id);
    return `| ${id} | ${wrong} | ${now} | ${tests.length > 0 ? tests.join('<br>') : 'not yet: what it is about is not built'} |`;
  });
  return `# The review’s findings

The service that this one replaces was reviewed, and forty faults were found. Each has tests here that are named after it and fail
when somebody brings it back, each for the part its title says: \`npm test -- -t 'C2:'\` runs those of C2. This page is written from the tests by \`node bin/findings-page.ts\`.

| id | what was wrong | what must be true here | proven by |
|---|---|---|---|
${rows.join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(root, 'docs/findings.md'), findingsPage());
