import type { Log } from './core/log.ts';

function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}

/** A log of JSON lines on standard output, where Lambda collects them. Errors are written with their causes. */
export function jsonLog(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Log {
  const line = (level: string) => (msg: string, fields: Readonly<Record<string, unknown>>) => {
    const described = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, describe(value)]));
    write(JSON.stringify({ time: new Date().toISOString(), level, msg, ...described }));
  };
  return { info: line('info'), error: line('error') };
}
