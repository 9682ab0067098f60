import { AgentError } from '../../../contract/agent/errors.ts';
import { HomeFault } from '../home/home-fault.ts';
import { type Refusal, refused } from '../home/storage/storage-answer.ts';
import { LinkError } from '../reports/link-error.ts';

const failed = (message: string, fault: string, retry: boolean, cause?: unknown): AgentError =>
  new AgentError('transfer_failed', message, { details: { fault, retry }, ...(cause === undefined ? {} : { cause }) });

const notWhatItSaid = new Set(['XAmzContentSHA256Mismatch', 'BadDigest', 'InvalidDigest', 'IncompleteBody']);

/** What a refusal of storage means for whoever asked for a cold file, the bucket named where it is at fault. */
export function coldRefusal(refusal: Refusal, bucket: string, name: string): AgentError {
  const { status, code } = refusal;
  const details = { field: 'name', value: name };
  if (code === 'NoSuchBucket') return failed(`there is no bucket ${bucket}`, 'bucket_missing', false);
  if (status === 404) return new AgentError('file_not_found', `there is no cold file ${name}`, { details });
  if (status === 412) return new AgentError('file_exists', `there is a cold file ${name}`, { details });
  if (status === 416) {
    const rule = 'expected a range that begins before the end of the file';
    return new AgentError('invalid_request', `range: ${rule}`, { details: { field: 'range', rule } });
  }
  if (notWhatItSaid.has(code))
    return new AgentError('file_changed', `${name} is not what it was when it was sent: ${code}`, { details });
  const why = refused(refusal, bucket);
  return why instanceof HomeFault
    ? failed(why.message, why.code, why.isPassing)
    : failed(why.message, 'storage_unavailable', true);
}

/** A failure on the way to storage, as whoever asked hears it. */
export function coldFailure(error: unknown, bucket: string | undefined): AgentError {
  if (error instanceof AgentError) return error;
  if (error instanceof HomeFault) return failed(error.message, error.code, error.isPassing, error);
  const where = bucket === undefined ? 'storage' : `the bucket ${bucket}`;
  if (error instanceof LinkError) return failed(`${where}: ${error.message}`, 'storage_unavailable', true, error);
  return failed(`${where} can't be reached`, 'storage_unavailable', true, error);
}
