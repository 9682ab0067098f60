import { SandboxError } from '../../../contract/api/errors.ts';
import type { CheckpointSummary, Head } from '../../../contract/home/head.ts';
import type { Manifest } from '../../../contract/home/manifest.ts';
import type { Homes, ReadHead } from '../../../lambdas/core/storage/ports.ts';

/** A checkpoint's summary; what isn't given is that of a small home that was saved by itself. */
export const summary = (checkpointId: string, given: Partial<CheckpointSummary> = {}): CheckpointSummary => ({
  checkpoint_id: checkpointId,
  saved_at: '2027-01-15T08:00:00.000Z',
  sandbox_id: 'sbx_00000000000000000000000000',
  cause: 'timer',
  partial: false,
  files: 1,
  bytes: 1,
  ...given,
});

/** Homes in memory. */
export class FakeHomes implements Homes {
  readonly heads = new Map<string, Head>();
  readonly manifests = new Map<string, Manifest>();
  readonly blobs = new Map<string, Uint8Array>();
  isUp = true;

  /** Gives a user these checkpoints, the newest first. */
  keep(userId: string, ...checkpoints: CheckpointSummary[]): void {
    this.heads.set(userId, { version: 1, checkpoints, dropped: [] });
  }

  async head(userId: string): Promise<ReadHead | undefined> {
    this.#assertUp();
    const head = this.heads.get(userId);
    return head && { head, etag: JSON.stringify(head) };
  }

  async replaceHead(userId: string, { etag }: ReadHead, head: Head): Promise<boolean> {
    this.#assertUp();
    if (JSON.stringify(this.heads.get(userId)) !== etag) return false;
    this.heads.set(userId, head);
    return true;
  }

  async manifest(userId: string, checkpointId: string): Promise<Manifest | undefined> {
    this.#assertUp();
    return this.manifests.get(`${userId}/${checkpointId}`);
  }

  async blob(userId: string, sha256: string): Promise<Uint8Array | undefined> {
    this.#assertUp();
    return this.blobs.get(`${userId}/${sha256}`);
  }

  #assertUp(): void {
    if (!this.isUp) throw new SandboxError('storage_unavailable', 'storage: the bucket test does not answer');
  }
}
