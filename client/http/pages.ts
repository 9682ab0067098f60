import { SandboxError } from '../../contract/api/errors.ts';

interface Page {
  readonly next_cursor: string | null;
}

/** Pages one after the other, as they are asked for. Throws `bad_answer` when one leads to itself. */
export async function* pages<P extends Page>(read: (cursor: string | undefined) => Promise<P>): AsyncGenerator<P> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page;
    if (page.next_cursor !== null && page.next_cursor === cursor)
      throw new SandboxError('bad_answer', 'a page names itself as the next one');
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
