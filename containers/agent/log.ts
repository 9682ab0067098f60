type Value = string | number | boolean | null | undefined;

/** One line of JSON per event. Fields never hold environment values, output or whole command lines. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, Value>>): void;
  error(event: string, cause: unknown, fields?: Readonly<Record<string, Value>>): void;
}

/** A log on a stream; `now` gives the time of each line. */
export function createLog(write: (line: string) => void, now: () => number): Log {
  const line = (level: string, event: string, fields: Readonly<Record<string, unknown>>) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  return {
    info: (event, fields = {}) => line('info', event, fields),
    error: (event, cause, fields = {}) => line('error', event, { ...fields, cause: reasons(cause) }),
  };
}

// The whole chain of causes, each in one line; stacks of typed errors say nothing more.
function reasons(cause: unknown): string[] {
  const chain: string[] = [];
  for (let at = cause; at !== undefined && chain.length < 8; at = at instanceof Error ? at.cause : undefined) {
    chain.push(String(at).slice(0, 500));
  }
  return chain;
}
