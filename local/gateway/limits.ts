// What API Gateway allows. Source: "Quotas for configuring and running a REST API" and "Response streaming".

export const gatewayLimits = {
  requestBytes: 10 * 1024 * 1024,
  /** All header names and values of a request. */
  headerBytes: 10_240,
  /** A streamed answer, from the request's end to its last byte. */
  totalMs: 15 * 60_000,
  /** Between two pieces of a streamed answer. */
  idleMs: 5 * 60_000,
  /** The metadata before a streamed answer's body. */
  preludeBytes: 16 * 1024,
} as const;
