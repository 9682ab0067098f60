import type { CommandInfo, CommandOutput } from '../../../../contract/api/commands/command-info.ts';
import { encodeOutput, wholeCharacters } from './text-pieces.ts';

export type OutputStream = CommandOutput['stream'];

/** Bytes of one stream that follow on each other, as they were found. */
export interface FoundOutput {
  readonly stream: OutputStream;
  readonly offset: number;
  readonly data: Uint8Array;
}

// A page always gets its reader on: the beginning of a character alone is given as it is.
function encode(bytes: Uint8Array): {
  readonly data: string;
  readonly encoding: 'utf8' | 'base64';
  readonly length: number;
} {
  const whole = wholeCharacters(bytes);
  const text = encodeOutput(whole);
  const isText = text.encoding === 'utf8' && (whole.length > 0 || bytes.length === 0);
  return isText ? { ...text, length: whole.length } : { ...encodeOutput(bytes), length: bytes.length };
}

/** One answer of a command's output. `info` is from after the reading: what has ended by then has no more than that. */
export function outputPage(info: CommandInfo, { stream, offset, data: bytes }: FoundOutput): CommandOutput {
  // Bytes that were read are proof of what was produced; a place beyond the end is none.
  const produced = Math.max(info[`${stream}_bytes`], bytes.length === 0 ? 0 : offset + bytes.length);
  const { data, encoding, length } = encode(bytes);
  return {
    command_id: info.command_id,
    stream,
    offset,
    data,
    encoding,
    next_offset: offset + length,
    first_available: info[`${stream}_first_available`],
    produced_bytes: produced,
    ended: info.outcome !== 'running',
  };
}
