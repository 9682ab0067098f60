// Paths are bytes. As text with a character for each, which is Latin-1, they are joined and sorted at a fraction of what buffers cost.

import { Buffer } from 'node:buffer';
import type { FilePath } from '../../../../contract/api/files/file-entry.ts';
import { pathOut } from '../../files/helper/paths.ts';

const beyondAscii = /[^ -~]/;

/** The bytes of a text. */
export const bytesOfText = (text: string): string =>
  beyondAscii.test(text) ? Buffer.from(text).toString('latin1') : text;

/** As the kernel is to be given it. */
export const pathOf = (bytes: string): string | Buffer =>
  beyondAscii.test(bytes) ? Buffer.from(bytes, 'latin1') : bytes;

/** As it goes out: as text, or as base64 where it is none. */
export const shownBytes = (bytes: string): FilePath =>
  beyondAscii.test(bytes) ? pathOut(Buffer.from(bytes, 'latin1')) : { path: bytes };
