/** One line of the log. Fields never hold environment values, tokens, output or whole command lines. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}
