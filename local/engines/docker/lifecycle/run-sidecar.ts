import { buffer } from 'node:stream/consumers';
import type { DockerClient } from '../api/docker-client.ts';
import { LogFrames } from '../api/log-frames.ts';

const longestComplaint = 1_000;

/** Runs a container of these settings to its end and removes it. Throws with what it printed when it fails. */
export async function runSidecar(client: DockerClient, settings: object): Promise<void> {
  const body = { ...settings, AttachStdout: true, AttachStderr: true };
  const { Id } = await client.call<{ Id: string }>('POST', '/containers/create', { body });
  try {
    const query = { stream: true, stdout: true, stderr: true };
    const output = buffer(await client.hijack(`/containers/${Id}/attach`, { query }));
    await client.call('POST', `/containers/${Id}/start`);
    const { StatusCode } = await client.call<{ StatusCode: number }>('POST', `/containers/${Id}/wait`);
    if (StatusCode === 0) return;
    const text = Buffer.concat([...new LogFrames().push(await output)]).toString();
    throw new Error(text.trim().slice(0, longestComplaint) || `a container of its own ended with ${StatusCode}`);
  } finally {
    await client.call('DELETE', `/containers/${Id}`, { query: { force: true, v: true } });
  }
}
