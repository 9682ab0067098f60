import { filesApi } from '../../../contract/agent/files.ts';
import type { Answer, Call } from '../operation.ts';
import { withQuery } from '../with-query.ts';
import { askFiles } from './ask-files.ts';
import type { FilePorts } from './reach-files.ts';

/** Answers with an entry, as `lstat` sees it. Throws `file_not_found`. */
export async function statFile(ports: FilePorts, call: Call<'statFile'>): Promise<Answer<'statFile'>> {
  const { method, path, answer } = filesApi.statFile;
  const question = { about: call.query, method, path: withQuery(path, call.query), answer, repeatable: true };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** A page of what is in a folder and below, in the order of names. */
export async function listFiles(ports: FilePorts, call: Call<'listFiles'>): Promise<Answer<'listFiles'>> {
  const { method, path, answer } = filesApi.listFiles;
  const question = { about: call.query, method, path: withQuery(path, call.query), answer, repeatable: true };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** Removes an entry; a folder that is not empty only if it is told to. Answers how many went. */
export async function removeFile(ports: FilePorts, call: Call<'removeFile'>): Promise<Answer<'removeFile'>> {
  const { method, path, answer } = filesApi.removeFile;
  const question = { about: call.query, method, path: withQuery(path, call.query), answer, repeatable: false };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** Renames, within one file system; in the place of what is there unless it is told not to. */
export async function moveFile(ports: FilePorts, call: Call<'moveFile'>): Promise<Answer<'moveFile'>> {
  const { method, path, answer } = filesApi.moveFile;
  const question = { about: call.body.from, method, path, body: call.body, answer, repeatable: false };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** Makes a folder. With `parents` one that is there already is as good. */
export async function makeFolder(ports: FilePorts, call: Call<'makeFolder'>): Promise<Answer<'makeFolder'>> {
  const { method, path, answer } = filesApi.makeFolder;
  const repeatable = call.body.parents;
  const question = { about: call.body, method, path, body: call.body, answer, repeatable };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** Changes what may be done with a file or a folder, and by whom. */
export async function changeMode(ports: FilePorts, call: Call<'changeMode'>): Promise<Answer<'changeMode'>> {
  const { method, path, answer } = filesApi.changeMode;
  const question = { about: call.body, method, path, body: call.body, answer, repeatable: true };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

/** Writes one file after the other; those before one that fails stay written. */
export async function writeFiles(ports: FilePorts, call: Call<'writeFiles'>): Promise<Answer<'writeFiles'>> {
  const { method, path, answer } = filesApi.writeFiles;
  const { files } = call.body;
  // What has a default doesn't go with it: the body would grow beyond what the agent takes.
  const sent = files.map(({ encoding, ...file }) => (encoding === 'utf8' ? file : { ...file, encoding }));
  const body = { files: sent };
  call.note({ files: files.length });
  const about = files[0] ?? {};
  const withinMs = batchMs;
  const question = { about, method, path, body, answer, repeatable: true, withinMs };
  return { status: 200, body: await askFiles<typeof answer>(ports, call, question) };
}

const batchMs = 120_000;
