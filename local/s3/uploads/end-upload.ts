import type { ObjectStore } from '../store/object-store.ts';

/** Ends an upload that is not to become an object, and removes what has come of it. */
export async function endUpload(
  store: ObjectStore,
  { bucket, key, uploadId }: { readonly bucket: string; readonly key: string; readonly uploadId: string },
): Promise<void> {
  const parts = await store.holdUpload(uploadId, async () => {
    const found = await store.parts(bucket, uploadId);
    await store.index.change(store.endOfUpload(bucket, uploadId, key, found.keys()));
    return found;
  });
  await store.blobs.remove([...parts.values()].map(({ blob }) => blob));
}
