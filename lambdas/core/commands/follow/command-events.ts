import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { ExecEvent } from '../../../../contract/api/commands/commands.ts';
import type { SandboxError } from '../../../../contract/api/errors.ts';
import { errorEvent } from '../../error-event.ts';
import { knownError } from '../../known-error.ts';
import { TextPieces } from '../output/text-pieces.ts';

function* rest(pieces: Readonly<Record<'stdout' | 'stderr', TextPieces>>): Generator<ExecEvent> {
  for (const stream of ['stdout', 'stderr'] as const) {
    const piece = pieces[stream].end();
    if (piece !== undefined) yield { event: stream, ...piece };
  }
}

/** A followed command as its caller sees it. The last event is `finished` or `error`; never throws. */
export async function* commandEvents(
  commandId: string,
  events: AsyncIterable<CommandEvent>,
  options: { readonly requestId: string; readonly onEnd: (end: CommandEvent | SandboxError) => void },
): AsyncGenerator<ExecEvent> {
  const pieces = { stdout: new TextPieces(), stderr: new TextPieces() };
  yield { event: 'started', command_id: commandId };
  try {
    for await (const event of events) {
      if (event.kind === 'finished') {
        options.onEnd(event);
        yield* rest(pieces);
        yield { event: 'finished', result: event.outcome };
        return;
      }
      for (const piece of pieces[event.kind].push(event.offset, event.data)) yield { event: event.kind, ...piece };
    }
  } catch (cause) {
    options.onEnd(knownError(cause));
    yield* rest(pieces);
    yield errorEvent(cause, options.requestId);
  }
}
