import process from 'node:process';

const { env } = process;

/** A setting of the environment this runtime runs in; empty when there is none. */
export const setting = (name: string): string => env[name] ?? '';
