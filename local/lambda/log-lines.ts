import { StringDecoder } from 'node:string_decoder';
import { lambdaLimits } from './limits.ts';

/** Cuts what a process prints into lines, each at most as long as a log line may be; gives back the function to feed. */
export function logLines(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const flush = () => {
    if (rest) onLine(rest);
    rest = '';
  };
  return {
    push(chunk) {
      const [first = '', ...more] = decoder.write(chunk).split('\n');
      rest += first;
      for (const line of more) {
        flush();
        rest = line;
      }
      if (rest.length > lambdaLimits.logLineBytes) flush();
    },
    end: flush,
  };
}
