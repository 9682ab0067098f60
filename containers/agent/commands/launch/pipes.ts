// Pipes between the agent and a command. Node gives children sockets, which `/dev/stdin`, `/dev/stdout` and `/dev/stderr` can't be
// opened on, and a pipe made by root can't be opened again by another user; a named one with that permission for all can.
// It is unlinked as soon as both ends are open.

import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { NamedPipes } from './named-pipes.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** The agent's end and the command's; whoever takes a pipe closes both. */
export interface Pipe {
  readonly ours: Socket;
  readonly theirs: number;
}

/** Makes the pipes of commands. Each call rejects when none can be made. */
export class Pipes {
  readonly #output: NamedPipes;
  readonly #input: NamedPipes;

  /** `folder` is root's alone. */
  constructor(folder: string) {
    this.#output = new NamedPipes(folder, 'output', '622', { batch: 64, low: 16 });
    this.#input = new NamedPipes(folder, 'input', '644', { batch: 8, low: 0 });
  }

  /** What the command writes. */
  async takeOutput(): Promise<Pipe> {
    const path = await this.#output.take();
    using ends = new DisposableStack();
    ends.defer(() => unlinkSync(path));
    const ours = openSync(path, O_RDONLY | O_NONBLOCK);
    try {
      const theirs = openSync(path, O_WRONLY);
      return { ours: new Socket({ fd: ours, readable: true, writable: false }), theirs };
    } catch (cause) {
      closeSync(ours);
      throw cause;
    }
  }

  /** What the command reads. */
  async takeInput(): Promise<Pipe> {
    const path = await this.#input.take();
    using ends = new DisposableStack();
    ends.defer(() => unlinkSync(path));
    // Both ends are found at once by whoever has this one, which no one keeps.
    const both = openSync(path, O_RDWR | O_NONBLOCK);
    ends.defer(() => closeSync(both));
    const theirs = openSync(path, O_RDONLY);
    try {
      const ours = openSync(path, O_WRONLY | O_NONBLOCK);
      return { ours: new Socket({ fd: ours, readable: false, writable: true }), theirs };
    } catch (cause) {
      closeSync(theirs);
      throw cause;
    }
  }
}
