// What AWS Lambda allows. Source: "Lambda quotas" and "Response streaming for Lambda functions".

export const lambdaLimits = {
  /** An event, as JSON. */
  eventBytes: 6 * 1024 * 1024,
  /** A streamed answer. */
  responseBytes: 200 * 1024 * 1024,
  initSeconds: 10,
  /** How often a failed asynchronous invocation is tried again. */
  asyncRetries: 2,
  /** A line of a function's log. */
  logLineBytes: 256 * 1024,
} as const;
