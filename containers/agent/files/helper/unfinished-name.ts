import { Buffer } from 'node:buffer';

/** What a write is called in its folder until it is whole. */
export const unfinishedName = (token: string): Buffer => Buffer.from(`.matrx-${token}.part`);

const unfinished = /^\.matrx-[0-9a-f]{16}\.part$/;

/** Whether a name is of a write that is not whole: it comes and goes with the write, and is nothing a user has made. */
export const isUnfinishedName = (name: Buffer): boolean => unfinished.test(name.toString('latin1'));
