import * as z from 'zod';
import { errorCodes, type SandboxError } from './errors.ts';

/** The body of every answer that is not 2xx, and the `error` event of a stream. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(errorCodes),
    message: z.string(),
    hint: z.string(),
    retry: z.boolean(),
    request_id: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** A failure as its caller sees it; cause and stack stay behind. */
export const errorBody = (error: SandboxError, requestId: string): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    hint: error.hint,
    retry: error.retry,
    request_id: requestId,
    details: { ...error.details },
  },
});
