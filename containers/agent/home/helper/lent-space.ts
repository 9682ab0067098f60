import { Space } from '../space.ts';

const free: Space[] = [];

/** Space for as long as `use` runs, which others have before and after. After a failure nobody has it any more. */
export async function withSpace<T>(use: (space: Space) => Promise<T>): Promise<T> {
  const space = free.pop() ?? new Space();
  const result = await use(space);
  free.push(space);
  return result;
}
