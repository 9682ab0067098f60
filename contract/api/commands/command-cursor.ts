import { CommandId, Timestamp } from '../identifiers.ts';

/** A command's place in a list: lists are newest first by the time of start, then by id. */
export interface CommandPlace {
  readonly started_at: string;
  readonly command_id: string;
}

const textOf = ({ started_at, command_id }: CommandPlace): string => `${started_at}/${command_id}`;

/** The cursor that leads to what comes after this command, in the sandbox and outside alike. */
export const commandCursor = (place: CommandPlace): string =>
  btoa(textOf(place)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** The place a cursor names; undefined where it is none of ours. */
export function readCommandCursor(cursor: string): CommandPlace | undefined {
  try {
    const [startedAt, commandId, ...rest] = atob(cursor.replaceAll('-', '+').replaceAll('_', '/')).split('/');
    if (rest.length > 0) return undefined;
    const [started_at, command_id] = [Timestamp.safeParse(startedAt), CommandId.safeParse(commandId)];
    return started_at.success && command_id.success
      ? { started_at: started_at.data, command_id: command_id.data }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Sorts a list of commands: negative where `left` comes first, being newer. */
export const newestFirst = (left: CommandPlace, right: CommandPlace): number => {
  const [one, other] = [textOf(left), textOf(right)];
  return one === other ? 0 : one > other ? -1 : 1;
};
