import type { PlannedPart } from '../../../contract/api/files/transfers.ts';
import type {
  PartedFile,
  StoredPart,
  TransferStorage,
  UploadRecord,
  UploadRecords,
} from '../../../lambdas/core/files/transfers/transfer-ports.ts';

/** Uploads in memory. */
export class FakeUploads implements UploadRecords {
  readonly byId = new Map<string, UploadRecord>();

  async save(record: UploadRecord): Promise<void> {
    this.byId.set(record.upload_id, structuredClone(record));
  }

  async get(sandboxId: string, uploadId: string): Promise<UploadRecord | undefined> {
    const found = this.byId.get(uploadId);
    return found?.sandbox_id === sandboxId ? structuredClone(found) : undefined;
  }

  async remove(_: string, uploadId: string): Promise<void> {
    this.byId.delete(uploadId);
  }
}

/** Storage of which a test says what it has received. */
export class FakeTransferStorage implements TransferStorage {
  readonly received = new Map<string, StoredPart[]>();
  readonly joined = new Map<string, number>();
  readonly removed: string[] = [];
  failure: unknown;

  async begin(key: string): Promise<PartedFile> {
    if (this.failure !== undefined) throw this.failure;
    this.received.set(key, []);
    return { key, storageId: `storage-${key}` };
  }

  async signPart({ key }: PartedFile, part: PlannedPart) {
    const expires_at = new Date(0).toISOString();
    return { number: part.number, url: `https://storage/${key}?part=${part.number}`, headers: {}, expires_at };
  }

  async parts({ key }: PartedFile): Promise<readonly StoredPart[] | undefined> {
    return this.received.get(key);
  }

  async join({ key }: PartedFile, parts: readonly StoredPart[]): Promise<void> {
    this.received.delete(key);
    this.joined.set(
      key,
      parts.reduce((sum, { size }) => sum + size, 0),
    );
  }

  async sizeOf(key: string): Promise<number | undefined> {
    return this.joined.get(key);
  }

  async signRead(key: string) {
    return { url: `https://storage/${key}`, expires_at: new Date(0).toISOString() };
  }

  async remove({ key }: PartedFile): Promise<void> {
    this.removed.push(key);
    this.received.delete(key);
    this.joined.delete(key);
  }
}
