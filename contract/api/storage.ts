import * as z from 'zod';
import { FileList } from '../agent/files.ts';
import { CheckpointSummary } from '../home/head.ts';
import { userDoors } from './doors.ts';
import { ByteRange, FileBytes } from './files/file-bytes.ts';
import { FileType, onePath, pathFields, shownPath } from './files/file-entry.ts';
import { CheckpointId, SandboxId, Timestamp, UserId } from './identifiers.ts';
import { limits } from './limits.ts';
import { channelNeeds } from './needs.ts';
import { queryInteger } from './query-integer.ts';
import { type RouteTable, reachErrors } from './route.ts';

const count = z.number().int();

export const Checkpoint = z.object(CheckpointSummary.shape).meta({ id: 'Checkpoint' });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** What a user has stored, as it is in the bucket: contents that files share, and that are packed, count once and packed. */
const Stored = z.object({ bytes: count, objects: count });

/** The homes of a user are `hot`, its cold files `cold`, what its commands printed and was to be kept `outputs`. */
export const tiers = ['hot', 'cold', 'outputs'] as const;
const Tier = z.enum(tiers);
export type Tier = z.infer<typeof Tier>;

const StorageUse = z
  .object({
    user_id: UserId,
    hot: Stored.describe('the home with all its checkpoints'),
    cold: Stored,
    outputs: Stored.describe('what commands printed, kept by `keep_output`'),
    last_saved_at: Timestamp.nullable(),
    checkpoints: count.describe('that are kept'),
    complete: z.boolean().describe('false: so far; the same call with next_cursor counts on'),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'StorageUse' });

const Removal = z
  .object({
    tier: Tier,
    removed: Stored.describe('by this call'),
    complete: z.boolean().describe('false: the same call again removes on'),
    left: Stored.extend({ exact: z.boolean().describe('false: there is more than was counted') }),
  })
  .meta({ id: 'StorageRemoval' });

const MadeCheckpoint = z
  .object({
    checkpoint: Checkpoint,
    changed: z.boolean().describe('false: the home was as this checkpoint has it, and none was made'),
  })
  .meta({ id: 'MadeCheckpoint' });

const Saving = z
  .object({ state: z.literal('saving'), files: count, bytes: count })
  .describe('so far; the save goes on, and the same call again waits for it')
  .meta({ id: 'Saving' });

export const HomeChange = z
  .object({
    ...shownPath,
    change: z.enum(['added', 'removed', 'changed']),
    type: FileType.describe('of what is there now; of what was there, if it was removed'),
    size_before: count.nullable(),
    size_after: count.nullable(),
  })
  .meta({ id: 'HomeChange' });
export type HomeChange = z.infer<typeof HomeChange>;

const Diff = z
  .object({
    from: CheckpointId,
    to: CheckpointId,
    added: count,
    removed: count,
    changed: count.describe('in contents, kind, mode or target; times alone do not count'),
    changes: z.array(HomeChange).describe('in the order of the bytes of their paths'),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'CheckpointDiff' });

const page = (most: number, usual: number) => ({
  limit: queryInteger(1, most).default(usual),
  cursor: z.string().max(8_192).optional(),
});
const { files, pageSize } = limits;

const ofUser = z.strictObject({ user_id: UserId });
const ofCheckpoint = z.strictObject({ user_id: UserId, checkpoint_id: CheckpointId });
const InCheckpoint = z.strictObject(pathFields).refine(...onePath);

const read = {
  method: 'GET',
  doors: userDoors,
  scope: 'matrx/sandbox.read',
  function: 'storage',
  needs: ['storage:read'],
  repeatable: 'always',
} as const;

export const storageRoutes = {
  createCheckpoint: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/checkpoints',
    summary: 'Save the home of a sandbox now',
    doors: userDoors,
    scope: 'matrx/sandbox.write',
    function: 'commands',
    needs: channelNeeds,
    params: z.strictObject({ sandbox_id: SandboxId }),
    body: z.strictObject({
      wait_seconds: z.number().int().min(1).max(limits.waitSeconds.max).default(60).describe('then it saves on'),
    }),
    answers: { 201: MadeCheckpoint, 202: Saving },
    errors: [...reachErrors, 'conflict', 'too_large', 'no_space', 'storage_unavailable'],
    repeatable: 'always',
  },
  getStorage: {
    ...read,
    path: '/users/{user_id}/storage',
    summary: 'What a user has stored: bytes and objects of the home, of cold files and of kept output',
    needs: ['storage:read', 'outputs:read'],
    params: ofUser,
    query: z.strictObject({ cursor: z.string().max(8_192).optional() }),
    answers: { 200: StorageUse },
    errors: ['not_found', 'storage_unavailable'],
  },
  listCheckpoints: {
    ...read,
    path: '/users/{user_id}/storage/checkpoints',
    summary: 'The checkpoints of a home, newest first',
    params: ofUser,
    query: z.strictObject(page(pageSize.max, pageSize.default)),
    answers: { 200: z.object({ checkpoints: z.array(Checkpoint), next_cursor: z.string().nullable() }) },
    errors: ['not_found', 'storage_unavailable'],
  },
  diffCheckpoints: {
    ...read,
    path: '/users/{user_id}/storage/checkpoints/{checkpoint_id}/diff/{other_id}',
    summary: 'What is different in the other checkpoint',
    params: ofCheckpoint.extend({ other_id: CheckpointId }),
    query: z.strictObject(page(files.pageSize.max, files.pageSize.default)),
    answers: { 200: Diff },
    errors: ['not_found', 'storage_unavailable'],
  },
  readCheckpointFile: {
    ...read,
    path: '/users/{user_id}/storage/checkpoints/{checkpoint_id}/files',
    summary: 'Read a file of a checkpoint, or a range of it, of at most 4 MB; no sandbox is needed',
    params: ofCheckpoint,
    query: InCheckpoint,
    headers: z.object({ range: ByteRange.optional() }),
    bytes: 'answer',
    answers: { 200: FileBytes, 206: FileBytes },
    errors: ['not_found', 'file_not_found', 'wrong_file_type', 'range_not_satisfiable', 'storage_unavailable'],
  },
  listCheckpointFiles: {
    ...read,
    path: '/users/{user_id}/storage/checkpoints/{checkpoint_id}/files/list',
    summary: 'What is in a folder of a checkpoint; no sandbox is needed',
    params: ofCheckpoint,
    query: z
      .strictObject({
        ...pathFields,
        depth: queryInteger(1, files.depth).default(1),
        ...page(files.pageSize.max, files.pageSize.default),
      })
      .refine(...onePath),
    answers: { 200: FileList },
    errors: ['not_found', 'file_not_found', 'wrong_file_type', 'storage_unavailable'],
  },
  deleteStorage: {
    ...read,
    method: 'DELETE',
    path: '/users/{user_id}/storage/{tier}',
    summary: 'Remove all that a user has in a tier; again until it is complete',
    scope: 'matrx/sandbox.write',
    needs: ['records:read', 'storage:read', 'storage:delete', 'outputs:read', 'outputs:delete'],
    params: ofUser.extend({ tier: Tier }),
    query: z.strictObject({ confirm: UserId.describe('the user_id once more') }),
    answers: { 200: Removal },
    errors: ['not_found', 'conflict', 'storage_unavailable'],
  },
} as const satisfies RouteTable;
