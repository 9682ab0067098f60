/** How long a client of AWS waits to be connected and for each answer, in milliseconds; then the attempt fails. */
export const requestLimits = (connectionTimeout: number, requestTimeout: number) => ({
  connectionTimeout,
  requestTimeout,
  // Without this the SDK says in the log that time is over, and goes on waiting.
  throwOnRequestTimeout: true,
});
