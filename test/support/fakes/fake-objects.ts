import { SandboxError } from '../../../contract/api/errors.ts';
import type { ObjectPage, StoredObject, StoredObjects } from '../../../lambdas/core/storage/ports.ts';

/** The bucket in memory, in small pages. */
export class FakeObjects implements StoredObjects {
  readonly byKey = new Map<string, StoredObject>();
  readonly removed: string[] = [];
  pageSize = 1_000;
  isUp = true;
  /** Runs before each page is read. */
  beforePage: () => unknown = () => undefined;

  put(key: string, size: number, modifiedAtMs = 0): void {
    this.byKey.set(key, { key, size, modifiedAtMs });
  }

  async list(prefix: string, after: string | undefined): Promise<ObjectPage> {
    await this.beforePage();
    await this.check();
    const keys = [...this.byKey.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after));
    const page = keys.sort().slice(0, this.pageSize);
    const objects = page.flatMap((key) => this.byKey.get(key) ?? []);
    return { objects, more: keys.length > page.length };
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.check();
    for (const key of keys) if (this.byKey.delete(key)) this.removed.push(key);
  }

  async users(after: string | undefined) {
    await this.check();
    const ids = new Set([...this.byKey.keys()].map((key) => key.split('/')[1] ?? ''));
    const behind = [...ids].sort().filter((id) => after === undefined || id > after);
    return { userIds: behind.slice(0, this.pageSize), more: behind.length > this.pageSize };
  }

  async check(): Promise<void> {
    if (!this.isUp) throw new SandboxError('storage_unavailable', 'storage: the bucket test is not there');
  }
}
