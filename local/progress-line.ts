/** One line that says what is going on, on a terminal only, and gone when it is over. */
export function progressLine(stream: NodeJS.WriteStream): { show(text: string): void; clear(): void } {
  const rewrite = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${text}`);
  };
  return { show: (text) => rewrite(`${text}…`), clear: () => rewrite('') };
}
