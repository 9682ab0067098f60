import { Buffer } from 'node:buffer';
import { toPath } from '../../files/file-path.ts';
import { printable } from './table.ts';

/** A path as the API told it, safe to show; what is not UTF-8 in it is replaced by U+FFFD. */
export const shownName = (told: {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}): string => printable(Buffer.from(toPath(told.path, told.path_base64) as string).toString());
