import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** Cognito signs with this and nothing else. */
export const algorithm = 'RS256';

export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** What others may know: the public half, with its id. */
  readonly publicJwk: JWK & { readonly kid: string };
}

/**
 * The key in `file`, made on first use: readable by its owner only, and another one for every install. Rejects when the
 * file is there and isn't such a key.
 */
export async function loadSigningKey(file: string): Promise<SigningKey> {
  const jwk = (await readKey(file)) ?? (await makeKey(file));
  const { kty, n, e } = jwk;
  const privateKey = await importJWK(jwk, algorithm).catch((cause: unknown) => {
    throw new Error(`${file} is not a private ${algorithm} key; remove it to get a new one`, { cause });
  });
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private' || !kty || !n || !e) {
    throw new Error(`${file} is not a private ${algorithm} key; remove it to get a new one`);
  }
  const publicJwk = { kty, n, e, alg: algorithm, use: 'sig', kid: await calculateJwkThumbprint({ kty, n, e }) };
  return { privateKey, publicJwk };
}

async function readKey(file: string): Promise<JWK | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JWK;
  } catch (cause) {
    throw new Error(`${file} is not a private ${algorithm} key; remove it to get a new one`, { cause });
  }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const half = `${file}.${randomUUID()}.new`;
  const handle = await open(half, 'wx', 0o600);
  try {
    await handle.writeFile(JSON.stringify(jwk));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, file);
  return jwk;
}
