// Writes docs/errors.md from the error table: `node bin/errors-page.ts`.
import { writeFileSync } from 'node:fs';
import { type ErrorCode, errors } from '../contract/api/errors.ts';
import { errorsOf } from '../contract/api/openapi.ts';
import { routeRows } from '../contract/api/routes.ts';

const givenBy = (code: ErrorCode): string => {
  const rows = routeRows.filter(([, row]) => errorsOf(row).includes(code));
  if (errors[code].status === 0) return 'the client';
  if (rows.length === 0) return 'the gateway';
  return rows.length > 10 ? 'any route' : rows.map(([name]) => `\`${name}\``).join(' ');
};

/** The page, whole. */
export function errorsPage(): string {
  const rows = Object.entries(errors).map(
    ([code, { status, retry, hint }]) =>
      `| \`${code}\` | ${status || '–'} | ${retry ? 'yes' : 'no'} | ${hint} | ${givenBy(code as ErrorCode)} |`,
  );
  return `# Errors

Every answer that is not a success has this body, and a stream that fails ends with it as its last event:

\`\`\`json
{ "error": { "code": "sandbox_not_ready", "message": "…", "hint": "…", "retry": true, "request_id": "req_…", "details": {} } }
\`\`\`

\`code\` is what to branch on; it is never renamed. \`retry\` says whether the same call may succeed later, and \`Retry-After\` when. For a
field at fault \`details\` has \`field\`, \`value\` and \`rule\`, and for an unknown one \`nearest\`. Codes without a status are met by the
client on its own side.

| code | status | retry | what to do | given by |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync('docs/errors.md', errorsPage());
