import * as z from 'zod';

const noOption = /^(?!-)[^\0]+$/;

/** Whether it can be taken apart, the name and the password in it too. */
function isWhole(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** A repository that is cloned before the sandbox is ready. What begins with a dash could be taken for an option. */
export const GitSource = z
  .strictObject({
    url: z
      .string()
      .max(2_048)
      .regex(/^(https|ssh|git):\/\/(?!-)[^\s\0]+$/, 'expected https://…, ssh://… or git://…')
      .refine((url) => isWhole(url), 'expected a whole URL'),
    ref: z
      .string()
      .max(255)
      .regex(/^(?!-)[\w./-]+$/, 'expected a branch, a tag, or the 40 digits of a commit')
      .optional()
      .describe('by default what the repository says'),
    depth: z.number().int().min(1).max(1_000_000).optional().describe('commits; by default all. Not with a commit'),
    path: z
      .string()
      .min(1)
      .max(1_024)
      .regex(noOption, 'expected a path that does not begin with "-"')
      .optional()
      .describe('by default the last name of the URL, in the home; a repository that is there already stays'),
  })
  .meta({ id: 'GitSource' });
export type GitSource = z.infer<typeof GitSource>;

/** How long a clone may take. */
export const gitSeconds = 300;
