// S3's listing, read with `encoding-type=url`: names are escaped in it, so that nothing in them is taken for markup.

/** A cold file as a listing has it. */
interface ColdEntry {
  readonly name: string;
  readonly size: number;
  readonly modified_at: string;
}

export interface ColdListing {
  readonly entries: readonly ColdEntry[];
  /** Beginnings that more than one name shares, each with its slash. */
  readonly folders: readonly string[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
}

const field = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const nameOf = (key: string, prefix: string): string =>
  decodeURIComponent(key.replaceAll('+', '%20')).slice(prefix.length);

/** The listing in an answer of ListObjectsV2, names without the prefix. Throws for what is none. */
export function parseListing(xml: string, prefix: string): ColdListing {
  if (!xml.includes('<ListBucketResult')) throw new Error('it is no listing');
  const entries = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, one = '']) => ({
    name: nameOf(field(one, 'Key') ?? '', prefix),
    size: Number(field(one, 'Size')),
    modified_at: field(one, 'LastModified') ?? '',
  }));
  const folders = [...xml.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)].map(([, one = '']) =>
    nameOf(field(one, 'Prefix') ?? '', prefix),
  );
  const next = field(xml, 'IsTruncated') === 'true' ? (field(xml, 'NextContinuationToken') ?? null) : null;
  return { entries, folders, next };
}
