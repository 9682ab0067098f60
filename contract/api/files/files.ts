import * as z from 'zod';
import {
  ChangeMode,
  FileList,
  FileWritten,
  ListFiles,
  MakeFolder,
  MoveFile,
  RemoveFile,
  SearchFiles,
  WatchFiles,
  WriteFiles,
} from '../../agent/files.ts';
import { userDoors } from '../doors.ts';
import { ErrorBody } from '../error-body.ts';
import type { ErrorCode } from '../errors.ts';
import { SandboxId } from '../identifiers.ts';
import { channelNeeds } from '../needs.ts';
import { type RouteTable, reachErrors } from '../route.ts';
import { ByteRange, FileBytes } from './file-bytes.ts';
import { FileEntry, FileMode, onePath, pathFields, shownPath } from './file-entry.ts';

const AtPath = z.strictObject(pathFields).refine(...onePath);

const WriteAt = z
  .strictObject({ ...pathFields, mode: FileMode.optional().describe('by default that of the file there, else 644') })
  .refine(...onePath);

const heartbeat = z.object({ event: z.literal('heartbeat') });
/** The last event of a stream that failed. */
const failed = ErrorBody.extend({ event: z.literal('error') });

/** `watching` comes first: whatever changes after it is told. After `overflow` some changes were not: look again. */
export const FileChange = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('watching') }),
    z.object({ event: z.enum(['created', 'changed', 'removed']), ...shownPath }),
    z.object({ event: z.literal('overflow') }),
    heartbeat,
    z.object({ event: z.literal('finished') }).describe('nobody watches any more: watch again, and look what changed'),
    failed,
  ])
  .meta({ id: 'FileChange' });
export type FileChange = z.infer<typeof FileChange>;

const match = {
  ...shownPath,
  line: z.number().int().nullable().describe('from 1; null for a match by name'),
  text: z.string().nullable(),
};

const SearchResult = z
  .object({
    matches: z.array(z.object(match)),
    truncated: z.boolean().describe('there was more than max_matches, or more than is searched'),
  })
  .meta({ id: 'SearchResult' });

/** One event of a streamed search; the last one is `finished` or `error`. */
export const FoundEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('match'), ...match }),
    heartbeat,
    z.object({ event: z.literal('finished'), matches: z.number().int(), truncated: z.boolean() }),
    failed,
  ])
  .meta({ id: 'FoundEvent' });
export type FoundEvent = z.infer<typeof FoundEvent>;

/** What every route into a sandbox's files has. */
export const fileRow = {
  doors: userDoors,
  scope: 'matrx/sandbox.exec',
  function: 'commands',
  needs: channelNeeds,
  params: z.strictObject({ sandbox_id: SandboxId }),
} as const;

/** What any work on files can be refused with; what writes, beyond that. */
export const fileErrors = [
  ...reachErrors,
  'file_not_found',
  'wrong_file_type',
  'permission_denied',
  'conflict',
] as const satisfies readonly ErrorCode[];
export const writeErrors = [...fileErrors, 'file_exists', 'no_space'] as const satisfies readonly ErrorCode[];

export const fileRoutes = {
  readFile: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/files',
    summary: 'Read a file, or a range of it, of at most 4 MB; more comes by a download',
    ...fileRow,
    query: AtPath,
    headers: z.object({ range: ByteRange.optional() }),
    bytes: 'answer',
    answers: { 200: FileBytes, 206: FileBytes },
    errors: [...fileErrors, 'range_not_satisfiable'],
    repeatable: 'always',
  },
  writeFile: {
    method: 'PUT',
    path: '/sandboxes/{sandbox_id}/files',
    summary: 'Write a file of at most 4 MB, whole or not at all; more goes by an upload',
    ...fileRow,
    query: WriteAt,
    headers: z.object({ 'if-none-match': z.literal('*').optional() }),
    bytes: 'body',
    answers: { 200: FileWritten },
    errors: writeErrors,
    repeatable: 'always',
  },
  writeFiles: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/batch',
    summary: 'Write many small files in one call, one after the other',
    ...fileRow,
    body: WriteFiles,
    answers: { 200: z.object({ files: z.array(FileWritten) }) },
    errors: writeErrors,
    repeatable: 'always',
  },
  removeFile: {
    method: 'DELETE',
    path: '/sandboxes/{sandbox_id}/files',
    summary: 'Remove a file, a link or a folder',
    ...fileRow,
    query: RemoveFile,
    answers: { 200: z.object({ removed: z.number().int() }) },
    errors: [...fileErrors, 'file_exists'],
    repeatable: 'never',
  },
  listFiles: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/files/list',
    summary: 'List a folder, and what is below it, page by page',
    ...fileRow,
    query: ListFiles,
    answers: { 200: FileList },
    errors: fileErrors,
    repeatable: 'always',
  },
  statFile: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/files/stat',
    summary: 'What is at a path; of a link, the link itself',
    ...fileRow,
    query: AtPath,
    answers: { 200: FileEntry },
    errors: fileErrors,
    repeatable: 'always',
  },
  moveFile: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/move',
    summary: 'Give a file or a folder another name',
    ...fileRow,
    body: MoveFile,
    answers: { 200: FileEntry },
    errors: writeErrors,
    repeatable: 'never',
  },
  makeFolder: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/mkdir',
    summary: 'Make a folder, and those above it',
    ...fileRow,
    body: MakeFolder,
    answers: { 200: FileEntry },
    errors: writeErrors,
    repeatable: 'never',
  },
  changeMode: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/chmod',
    summary: 'Change the mode of a file or a folder',
    ...fileRow,
    body: ChangeMode,
    answers: { 200: FileEntry },
    errors: fileErrors,
    repeatable: 'always',
  },
  watchFiles: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/files/watch',
    summary: 'Hear of changes below a folder, as a stream alone',
    ...fileRow,
    query: WatchFiles,
    answers: { 200: z.strictObject({}) },
    events: FileChange,
    errors: fileErrors,
    repeatable: 'always',
  },
  searchFiles: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/search',
    summary: 'Search below a folder by name, by content, or by both',
    ...fileRow,
    body: SearchFiles,
    answers: { 200: SearchResult },
    events: FoundEvent,
    errors: fileErrors,
    repeatable: 'always',
  },
} as const satisfies RouteTable;
