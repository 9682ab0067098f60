import * as z from 'zod';
import { FileWritten } from '../../agent/files.ts';
import { ErrorBody } from '../error-body.ts';
import { SandboxId, Timestamp, UploadId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import type { RouteTable } from '../route.ts';
import { FileMode, onePath, pathFields, Sha256, shownPath } from './file-entry.ts';
import { fileErrors, fileRow, writeErrors } from './files.ts';

const { files } = limits;
const bytes = z.number().int().min(0);
const partNumber = z.number().int().min(1).max(files.parts);

/** A part that is to be sent: part n begins behind n - 1 whole parts. */
export const PlannedPart = z.strictObject({
  number: partNumber,
  size: z.number().int().min(1).max(files.partBytes),
  sha256: Sha256.describe('storage takes no other bytes'),
});
export type PlannedPart = z.infer<typeof PlannedPart>;

const planned = z.array(PlannedPart).min(1).max(files.partsSigned);

/** Where to send a part: PUT, with these headers and no others that begin with x-amz-. */
export const SignedPart = z
  .object({
    number: partNumber,
    url: z.url(),
    headers: z.record(z.string(), z.string()),
    expires_at: Timestamp,
  })
  .meta({ id: 'SignedPart' });
export type SignedPart = z.infer<typeof SignedPart>;

const StartUpload = z
  .strictObject({
    ...pathFields,
    mode: FileMode.optional().describe('by default that of the file there, else 644'),
    overwrite: z.boolean().default(true),
    parts: planned.optional().describe('those that are known already; others are signed later'),
  })
  .refine(...onePath)
  .meta({ id: 'StartUpload' });

export const Upload = z
  .object({
    upload_id: UploadId,
    ...shownPath,
    part_bytes: bytes.describe('of every part but the last'),
    expires_at: Timestamp.describe('then it is given up, and what was sent is removed'),
    received: z.array(z.object({ number: partNumber, size: bytes, sha256: Sha256 })),
    file: FileWritten.nullable().describe('once it has landed'),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof Upload>;

const CompleteUpload = z.strictObject({
  size: z.number().int().min(1).max(files.transferBytes).describe('of the whole file'),
  sha256: Sha256.optional().describe('of the whole file: anything else is refused, and nothing is changed'),
});

const heartbeat = z.object({ event: z.literal('heartbeat') });
const progress = z.object({ event: z.literal('progress'), bytes });
const failed = ErrorBody.extend({ event: z.literal('error') });

/** How far a file is on its way from storage into the sandbox; the last event is `finished` or `error`. */
export const LandingEvent = z
  .discriminatedUnion('event', [
    progress,
    heartbeat,
    z.object({ event: z.literal('finished'), file: FileWritten }),
    failed,
  ])
  .meta({ id: 'LandingEvent' });
export type LandingEvent = z.infer<typeof LandingEvent>;

export const Download = z
  .object({
    url: z.url().describe('GET, without credentials'),
    size: bytes,
    sha256: Sha256,
    expires_at: Timestamp,
  })
  .meta({ id: 'Download' });
export type Download = z.infer<typeof Download>;

/** How far a file is on its way from the sandbox to storage; the last event is `finished` or `error`. */
export const DownloadEvent = z
  .discriminatedUnion('event', [
    progress,
    heartbeat,
    z.object({ event: z.literal('finished'), download: Download }),
    failed,
  ])
  .meta({ id: 'DownloadEvent' });
export type DownloadEvent = z.infer<typeof DownloadEvent>;

const row = { ...fileRow, needs: [...fileRow.needs, 'storage:transfer'] } as const;
const ofUpload = z.strictObject({ sandbox_id: SandboxId, upload: UploadId });

export const transferRoutes = {
  startUpload: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/upload',
    summary: 'Begin to send a file of up to 5 GB, in parts, to storage',
    ...row,
    body: StartUpload,
    answers: { 201: Upload.extend({ parts: z.array(SignedPart) }) },
    errors: ['not_found', 'sandbox_not_ready', 'sandbox_ended', 'storage_unavailable'],
    repeatable: 'always',
  },
  signParts: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/upload/{upload}/parts',
    summary: 'Where to send parts of an upload, each for these bytes alone',
    ...row,
    params: ofUpload,
    body: z.strictObject({ parts: planned }),
    answers: { 200: z.object({ parts: z.array(SignedPart) }) },
    errors: ['not_found', 'sandbox_not_ready', 'sandbox_ended', 'storage_unavailable'],
    repeatable: 'always',
  },
  getUpload: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/files/upload/{upload}',
    summary: 'What of an upload has been received, to go on with it',
    ...row,
    params: ofUpload,
    answers: { 200: Upload },
    errors: ['not_found', 'storage_unavailable'],
    repeatable: 'always',
  },
  completeUpload: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/upload/{upload}/complete',
    summary: 'Put an upload into its place; answers once it is there, whole',
    ...row,
    params: ofUpload,
    body: CompleteUpload,
    answers: { 200: FileWritten },
    events: LandingEvent,
    errors: [...writeErrors, 'upload_incomplete', 'storage_unavailable'],
    repeatable: 'always',
  },
  cancelUpload: {
    method: 'DELETE',
    path: '/sandboxes/{sandbox_id}/files/upload/{upload}',
    summary: 'Give an upload up, and remove what was sent of it',
    ...row,
    params: ofUpload,
    answers: { 200: z.strictObject({}) },
    errors: ['not_found', 'storage_unavailable'],
    repeatable: 'always',
  },
  downloadFile: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/files/download',
    summary: 'Put a file of up to 5 GB to storage, and answer from where to fetch it',
    ...row,
    body: z.strictObject(pathFields).refine(...onePath),
    answers: { 200: Download },
    events: DownloadEvent,
    errors: [...fileErrors, 'storage_unavailable'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
