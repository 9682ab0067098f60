/** Why a command line can't be split; the message is the agent's. */
export class SplitError extends Error {
  override readonly name = 'SplitError';
}

const space = /[ \t\r\n]/;

/**
 * Splits a command line as google/shlex does for the exec agent: quotes, backslashes and comments, no expansion.
 * Throws SplitError for a quote that isn't closed and for a backslash at the end.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === '#' && word === undefined) {
      index = endOfLine(line, index);
    } else if (space.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const part = readPart(line, index);
      word = (word ?? '') + part.text;
      index = part.last;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

interface Part {
  readonly text: string;
  /** Where it ends. */
  readonly last: number;
}

function readPart(line: string, start: number): Part {
  const character = line.charAt(start);
  if (character === '\\') return { text: escapedAt(line, start), last: start + 1 };
  if (character === "'") return readLiteral(line, start);
  if (character === '"') return readQuoted(line, start);
  return { text: character, last: start };
}

function readLiteral(line: string, start: number): Part {
  const last = line.indexOf("'", start + 1);
  if (last < 0) throw new SplitError('EOF found when expecting closing quote');
  return { text: line.slice(start + 1, last), last };
}

/** In double quotes a backslash escapes any character, not only those that a shell would. */
function readQuoted(line: string, start: number): Part {
  let text = '';
  for (let index = start + 1; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === '"') return { text, last: index };
    text += character === '\\' ? escapedAt(line, index++) : character;
  }
  throw new SplitError('EOF found when expecting closing quote');
}

function escapedAt(line: string, backslash: number): string {
  const escaped = line.charAt(backslash + 1);
  if (escaped === '') throw new SplitError('EOF found after escape character');
  return escaped;
}

function endOfLine(line: string, from: number): number {
  const end = line.indexOf('\n', from);
  return end < 0 ? line.length : end;
}
