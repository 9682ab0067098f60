import { Buffer } from 'node:buffer';

/** What a write is called in its folder until it is whole. */
export const unfinishedName = (token: string): Buffer => Buffer.from(`.matrx-${token}.part`);
