import { SandboxError } from '../../../contract/api/errors.ts';
import type { SignedPart } from '../../../contract/api/files/transfers.ts';
import type { Connection } from '../../connection.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import { send } from '../../http/send/send.ts';
import type { Piece } from '../file-data.ts';
import { inTurn } from '../in-turn.ts';
import { sha256Of } from './sha256-of.ts';
import { askStorage, storageRefusal, withTimeToSend } from './storage-request.ts';

interface UploadPlace {
  readonly connection: Connection;
  readonly params: { readonly sandbox_id: string; readonly upload: string };
  readonly signal: AbortSignal | undefined;
}

// Each holds a part in memory.
const atOnce = 4;

async function signPart({ connection, params, signal }: UploadPlace, { number, bytes }: Piece): Promise<SignedPart> {
  const part = { number, size: bytes.length, sha256: await sha256Of(bytes) };
  const { parts } = await send(connection, 'signParts', { params, body: { parts: [part] } }, { signal });
  const [signed] = parts;
  if (signed?.number === number) return signed;
  throw new SandboxError('bad_answer', 'the service signed another part');
}

/** Sends each piece to storage, some at once, and again where that failed, and releases it. `onSent` hears of each that was taken. */
export function uploadParts(
  place: UploadPlace,
  pieces: AsyncIterable<Piece>,
  onSent: (bytes: number) => void,
): Promise<void> {
  const { connection, signal } = place;
  return inTurn(pieces, atOnce, async (piece) => {
    const { url, headers } = await signPart(place, piece);
    const call = { what: `sending part ${piece.number}`, repeatable: true, signal };
    const patient = withTimeToSend(connection, piece.bytes.length);
    await repeatCall(patient, call, async (attempted) => {
      const request = { method: 'PUT', url, headers, body: piece.bytes } as const;
      using answer = await askStorage(patient, request, attempted);
      if (answer.status !== 200) throw await storageRefusal(answer);
    });
    piece.release();
    onSent(piece.bytes.length);
  });
}
