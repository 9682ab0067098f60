/** What programs in a terminal want to know of it. */
export function terminalEnvironment(): Record<string, string> {
  const { TERM = 'xterm-256color', COLORTERM } = process.env;
  return { TERM, ...(COLORTERM ? { COLORTERM } : {}) };
}
