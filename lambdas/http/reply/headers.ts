/** The headers of every answer. Nothing here is for a cache to keep. */
export const answerHeaders = (contentType: string, requestId: string): Record<string, string> => ({
  'content-type': contentType,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': requestId,
});

export const jsonType = 'application/json';
