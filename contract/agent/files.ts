// What the agent does with files, each time through a process of the sandbox's own user.

import * as z from 'zod';
import { FileEntry, FileMode, FilePath, onePath, pathFields, Sha256, shownPath } from '../api/files/file-entry.ts';
import { limits } from '../api/limits.ts';
import { queryFlag } from '../api/query-flag.ts';
import { queryInteger } from '../api/query-integer.ts';

const { files } = limits;
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const AtPath = z.strictObject(pathFields).refine(...onePath);

/** Which bytes of a file: from `offset` on, at most `length`; or the `last` ones. */
export const ReadFile = z
  .strictObject({
    ...pathFields,
    offset: number.optional(),
    length: number.optional(),
    last: number.optional(),
    max_bytes: number.optional().describe('refuses with too_large when there would be more'),
  })
  .refine(...onePath)
  .refine(({ offset, length, last }) => last === undefined || (offset === undefined && length === undefined), {
    message: 'expected last, or offset and length',
    path: ['last'],
  });
export type ReadFile = z.infer<typeof ReadFile>;

/** Headers of a read's answer beside `content-length`; the body breaks off when there turns out to be less. */
export const readHeaders = {
  /** Of the whole file, when it was opened. */
  size: 'matrx-file-size',
  /** Where in the file the body begins. */
  offset: 'matrx-file-offset',
  mode: 'matrx-file-mode',
  modifiedAt: 'matrx-file-modified-at',
} as const;

export const WriteFile = z
  .strictObject({
    ...pathFields,
    mode: FileMode.optional().describe('by default that of the file that was there, else 644'),
    if_none_match: z.literal('*').optional().describe('refuses with file_exists to overwrite'),
    size: number
      .optional()
      .describe(
        'how many bytes follow; anything else is refused, and nothing is changed. Without it a cut body may pass for a whole one',
      ),
  })
  .refine(...onePath);
export type WriteFile = z.infer<typeof WriteFile>;

/** A file that has landed: written whole, and in its place. The hash is of the bytes that came. */
export const FileWritten = z.object({ entry: FileEntry, sha256: Sha256, created: z.boolean() });
export type FileWritten = z.infer<typeof FileWritten>;

/** Several files in one body, one after the other. Those before one that fails stay written. */
export const WriteFiles = z.strictObject({
  files: z
    .array(
      z
        .strictObject({
          ...pathFields,
          data: z.string(),
          encoding: z.enum(['utf8', 'base64']).default('utf8'),
          mode: FileMode.optional(),
        })
        .refine(...onePath),
    )
    .min(1)
    .max(files.batch),
});
export type WriteFiles = z.infer<typeof WriteFiles>;

/** Depth first, names in the order of their bytes. A page goes on behind what its cursor names, whatever has changed since. */
export const ListFiles = z
  .strictObject({
    ...pathFields,
    depth: queryInteger(1, files.depth).default(1),
    limit: queryInteger(1, files.pageSize.max).default(files.pageSize.default),
    cursor: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/)
      .max(limits.pathBytes * 2)
      .optional(),
  })
  .refine(...onePath);
export type ListFiles = z.infer<typeof ListFiles>;

export const FileList = z.object({ entries: z.array(FileEntry), next_cursor: z.string().nullable() });

export const MoveFile = z.strictObject({ from: FilePath, to: FilePath, overwrite: z.boolean().default(true) });
export type MoveFile = z.infer<typeof MoveFile>;

/** With `parents` a folder that is there already is as good as a new one. */
export const MakeFolder = z
  .strictObject({ ...pathFields, parents: z.boolean().default(true), mode: FileMode.optional() })
  .refine(...onePath);
export type MakeFolder = z.infer<typeof MakeFolder>;

export const ChangeMode = z.strictObject({ ...pathFields, mode: FileMode }).refine(...onePath);
export type ChangeMode = z.infer<typeof ChangeMode>;

export const RemoveFile = z.strictObject({ ...pathFields, recursive: queryFlag.default(false) }).refine(...onePath);
export type RemoveFile = z.infer<typeof RemoveFile>;

/** `parts` are the hashes of the file cut into pieces of `part_bytes`, for whoever signs them. */
export const HashFile = z
  .strictObject({ ...pathFields, part_bytes: z.coerce.number().int().min(files.leastPartBytes).optional() })
  .refine(...onePath);
export type HashFile = z.infer<typeof HashFile>;

export const FileHash = z.object({ size: count, sha256: Sha256, parts: z.array(Sha256).max(files.parts) });
export type FileHash = z.infer<typeof FileHash>;

export const WatchFiles = z.strictObject({ ...pathFields, recursive: queryFlag.default(false) }).refine(...onePath);
export type WatchFiles = z.infer<typeof WatchFiles>;

const said = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });
const heartbeat = z.object({ event: z.literal('heartbeat') });
/** The last event of a stream that failed. */
const failed = z.object({ event: z.literal('error'), error: said });

/** `watching` comes first: whatever changes after it is told. After `overflow` some changes were not: look again. */
export const WatchEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('watching') }),
  z.object({ event: z.enum(['created', 'changed', 'removed']), ...shownPath }),
  z.object({ event: z.literal('overflow') }),
  heartbeat,
  failed,
]);
export type WatchEvent = z.infer<typeof WatchEvent>;

/** By name, by content, or by both: then of the files with such names those lines. */
export const SearchFiles = z
  .strictObject({
    ...pathFields,
    name: z.string().min(1).max(1_024).optional().describe('glob; one with a slash is held against the path below'),
    text: z.string().min(1).max(1_024).optional().describe('as it stands'),
    pattern: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .describe('a regular expression, of what ripgrep and JavaScript share'),
    ignore_case: z.boolean().default(false),
    max_matches: z.number().int().min(1).max(files.matches.max).default(files.matches.default),
  })
  .refine(...onePath)
  .refine(({ name, text, pattern }) => name !== undefined || text !== undefined || pattern !== undefined, {
    message: 'expected name, text or pattern',
    path: ['name'],
  })
  .refine(({ text, pattern }) => text === undefined || pattern === undefined, {
    message: 'expected at most one of text and pattern',
    path: ['pattern'],
  });
export type SearchFiles = z.infer<typeof SearchFiles>;

/** Lines are counted from 1 and cut; binary files have none. */
export const SearchEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('match'),
    ...shownPath,
    line: count.nullable().describe('null for a match by name'),
    text: z.string().nullable(),
  }),
  heartbeat,
  z.object({
    event: z.literal('finished'),
    matches: count,
    truncated: z.boolean().describe('there was more than max_matches, or more than is searched'),
  }),
  failed,
]);
export type SearchEvent = z.infer<typeof SearchEvent>;

const headers = z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), z.string().max(1_024));
// The agent speaks to these and to no other, so that an order can't be bent to reach anything else.
const hosts = z.array(z.string().min(1).max(255)).min(1).max(4).describe('the only ones a URL may name');
const url = z.url({ protocol: /^https?$/ }).max(8_192);

/** A file to where presigned URLs say, part by part. On the control plane's own channels only. */
export const SendFile = z
  .strictObject({
    ...pathFields,
    hosts,
    size: count.max(files.transferBytes).describe('what was signed; a file that has become shorter is file_changed'),
    parts: z
      .array(
        z.strictObject({
          number: z.number().int().min(1).max(files.parts),
          offset: count,
          size: count,
          url,
          headers: headers.default({}).describe('what was signed, checksums among it'),
        }),
      )
      .min(1)
      .max(files.parts),
  })
  .refine(...onePath);
export type SendFile = z.infer<typeof SendFile>;

/** A file from a presigned URL. On the control plane's own channels only. */
export const ReceiveFile = z
  .strictObject({
    ...pathFields,
    hosts,
    url,
    size: count.max(files.transferBytes),
    sha256: Sha256.optional().describe('of the whole; anything else is refused, and nothing is changed'),
    mode: FileMode.optional(),
    if_none_match: z.literal('*').optional(),
  })
  .refine(...onePath);
export type ReceiveFile = z.infer<typeof ReceiveFile>;

/** How far it is; a stream that ends without `sent`, `received` or `error` says nothing about what became of it. */
export const TransferEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), bytes: count }),
  z.object({ event: z.literal('part'), number: count, etag: z.string().max(256) }),
  z.object({ event: z.literal('sent'), size: count }),
  z.object({ event: z.literal('received'), ...FileWritten.shape }),
  failed,
]);
export type TransferEvent = z.infer<typeof TransferEvent>;

/** The content type of events, a JSON object a line. */
export const eventsType = 'application/x-ndjson';

/**
 * Bodies in and out are JSON; those called `bytes` are a file's own, those called `events` are lines, the last of them an
 * outcome or an error.
 */
export const filesApi = {
  readFile: { method: 'GET', path: '/files', query: ReadFile, answer: 'bytes' },
  writeFile: { method: 'PUT', path: '/files', query: WriteFile, body: 'bytes', answer: FileWritten },
  removeFile: { method: 'DELETE', path: '/files', query: RemoveFile, answer: z.object({ removed: count }) },
  writeFiles: {
    method: 'POST',
    path: '/files/batch',
    body: WriteFiles,
    answer: z.object({ files: z.array(FileWritten) }),
  },
  listFiles: { method: 'GET', path: '/files/list', query: ListFiles, answer: FileList },
  statFile: { method: 'GET', path: '/files/stat', query: AtPath, answer: FileEntry },
  hashFile: { method: 'GET', path: '/files/hash', query: HashFile, answer: FileHash },
  moveFile: { method: 'POST', path: '/files/move', body: MoveFile, answer: FileEntry },
  makeFolder: { method: 'POST', path: '/files/mkdir', body: MakeFolder, answer: FileEntry },
  changeMode: { method: 'POST', path: '/files/chmod', body: ChangeMode, answer: FileEntry },
  watchFiles: { method: 'GET', path: '/files/watch', query: WatchFiles, answer: 'events', events: WatchEvent },
  searchFiles: { method: 'POST', path: '/files/search', body: SearchFiles, answer: 'events', events: SearchEvent },
  sendFile: { method: 'POST', path: '/files/send', body: SendFile, answer: 'events', events: TransferEvent },
  receiveFile: { method: 'POST', path: '/files/receive', body: ReceiveFile, answer: 'events', events: TransferEvent },
} as const;
