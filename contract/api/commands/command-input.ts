import * as z from 'zod';
import { SessionName } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { Environment } from '../sandboxes/environment.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const noNul = [(text: string) => !text.includes('\0'), 'expected no NUL character'] as const;
const size = `expected 1-${limits.commandBytes} bytes`;

/** What is run: a string for `bash -lc`, or arguments that are run as they are. */
export const Command = {
  command: z
    .string()
    .refine((text) => bytes(text) >= 1 && bytes(text) <= limits.commandBytes, size)
    .refine(...noNul)
    .optional()
    .describe('run by bash -lc'),
  argv: z
    .array(z.string().refine(...noNul))
    .min(1)
    .max(limits.commandArguments)
    .refine((argv) => argv[0] !== '', 'expected a program to run')
    .refine((argv) => argv.reduce((sum, part) => sum + bytes(part), 0) <= limits.commandBytes, size)
    .optional()
    .describe('run as it is, by no shell'),
};

/** The rule that ties `command` and `argv` together, for `.refine(...)`. */
export const commandSource: [
  (input: { command?: unknown; argv?: unknown }) => boolean,
  { message: string; path: string[] },
] = [
  (input) => (input.command === undefined) !== (input.argv === undefined),
  { message: 'expected exactly one of command and argv', path: ['command'] },
];

/** Standard input: all of it at once, or a pipe that stays open for `POST …/stdin`. Without it the command reads /dev/null. */
const Stdin = z.union([
  z.literal('pipe'),
  z.strictObject({ data: z.string().max(limits.stdinBytes * 2), encoding: z.enum(['utf8', 'base64']).default('utf8') }),
]);

/** The size of a terminal, in characters. */
export const TerminalSize = z
  .strictObject({
    rows: z.number().int().min(limits.terminalSize.min).max(limits.terminalSize.max),
    cols: z.number().int().min(limits.terminalSize.min).max(limits.terminalSize.max),
  })
  .meta({ id: 'TerminalSize' });
export type TerminalSize = z.infer<typeof TerminalSize>;

export const CommandInput = z.strictObject({
  ...Command,
  cwd: z
    .string()
    .min(1)
    .refine((path) => bytes(path) <= limits.pathBytes, `expected at most ${limits.pathBytes} bytes`)
    .refine(...noNul)
    .optional()
    .describe(
      'relative paths start at the home, which is also the default; in a session, where the last command ended',
    ),
  env: Environment.default({}),
  stdin: Stdin.optional(),
  tty: TerminalSize.optional().describe('run in a terminal of this size; its output is all in stdout, stdin is open'),
  session: SessionName.optional().describe('working directory and exported variables carry over within it'),
  user: z.enum(['agent', 'root']).optional().describe('agent by default; root only where the deployment allows it'),
});
