import { stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { ServiceError } from '../service-error.ts';

/**
 * Holds the folder for this process until it is disposed or the process is gone, however it goes: the lock is an
 * abstract socket named for the folder's inode, which the kernel frees. Throws ServiceError that names the holder.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const name = await lockName(folder);
  const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(name, resolve));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new ServiceError(
      `the data folder ${folder} is in use by process ${await holder(name)}`,
      'stop that one, or choose another folder with --data',
      cause,
    );
  }
  server.unref();
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Which process holds the folder, in words; undefined when none does. */
export async function folderHolder(folder: string): Promise<string | undefined> {
  const name = await lockName(folder);
  const socket = connect(name);
  const isHeld = await new Promise<boolean>((resolve) =>
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
  );
  socket.destroy();
  return isHeld ? await holder(name) : undefined;
}

async function lockName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder);
  return `\0matrx-sandbox-${dev}-${ino}`;
}

/** The process that answers on the lock. One that is stopped or hangs doesn't. */
async function holder(name: string): Promise<string> {
  const socket = connect(name).setTimeout(1_000, () => socket.destroy());
  const answer = await text(socket).catch(() => '');
  return /^\d{1,10}$/.test(answer) ? answer : '(which does not answer)';
}
