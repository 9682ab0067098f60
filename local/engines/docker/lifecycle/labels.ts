import { createHash } from 'node:crypto';

/** Marks what is made for one data folder, so that its service finds it again and leaves what others have. */
export interface Owner {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For a list's `filters`. */
  readonly filters: string;
}

const label = 'io.matrx.sandbox';

/** `dataDir` is a real path. */
export function ownerOf(dataDir: string): Owner {
  const name = `matrx-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  return { name, labels: { [label]: name }, filters: JSON.stringify({ label: [`${label}=${name}`] }) };
}
