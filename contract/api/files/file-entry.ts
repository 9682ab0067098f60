import * as z from 'zod';
import { limits } from '../limits.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const size = `expected 1-${limits.pathBytes} bytes`;

/** A path as text or, where it is not UTF-8, as base64. Relative ones start at the home. */
export const pathFields = {
  path: z
    .string()
    .min(1, size)
    .refine((path) => bytes(path) <= limits.pathBytes, size)
    .refine((path) => !path.includes('\0'), 'expected no NUL character')
    .refine((path) => path.isWellFormed(), 'expected no half of a character')
    .optional(),
  path_base64: z
    .base64()
    .min(1, size)
    .max(Math.ceil(limits.pathBytes / 3) * 4, size)
    .optional()
    .describe('in the place of path, for one that is not UTF-8'),
};

/** The rule that ties the two together, for `.refine(...)`. */
export const onePath: [
  (input: { path?: unknown; path_base64?: unknown }) => boolean,
  { message: string; path: string[] },
] = [
  (input) => (input.path === undefined) !== (input.path_base64 === undefined),
  { message: 'expected exactly one of path and path_base64', path: ['path'] },
];

/** A path within a body. */
export const FilePath = z
  .strictObject(pathFields)
  .refine(...onePath)
  .meta({ id: 'FilePath' });
export type FilePath = z.infer<typeof FilePath>;

/** A path in an answer, which may be longer than one that can be asked for. Never both. */
export const shownPath = {
  path: z.string().optional(),
  path_base64: z.base64().optional().describe('in the place of path, for one that is not UTF-8'),
};

/** Permissions as in `chmod`, in octal: `644`, `0755`. */
export const FileMode = z.string().regex(/^0?[0-7]{3,4}$/, 'expected 3 or 4 octal digits, as in 644');

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

export const FileType = z.enum(['file', 'directory', 'symlink', 'fifo', 'socket', 'device']);
export type FileType = z.infer<typeof FileType>;

/** What is at a path, as `lstat` sees it. What isn't UTF-8 comes as base64, under the other name. */
export const FileEntry = z
  .object({
    ...shownPath,
    name: z.string().optional(),
    name_base64: z.base64().optional(),
    type: FileType,
    size: z.number().int(),
    mode: FileMode,
    owner: z.number().int().describe('user id; 1000 is who commands run as'),
    group: z.number().int(),
    modified_at: z.iso.datetime(),
    symlink_target: z.string().optional(),
    symlink_target_base64: z.base64().optional(),
  })
  .meta({ id: 'FileEntry' });
export type FileEntry = z.infer<typeof FileEntry>;
