import { UsageError } from '../usage-error.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90`, `90s`, `15m`, `2h` or `1d`, in milliseconds; a bare number is seconds. */
export function parseDuration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`--${flag} is "${text}", expected a duration, as 90s, 15m, 2h or 1d`);
  return Number(count) * (unitMs[unit] ?? 0);
}

/** A span of time for people: its two largest units, as `1h 05m`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const pair = (large: number, small: number, units: string) =>
    `${large}${units[0]} ${String(small).padStart(2, '0')}${units[1]}`;
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), seconds % 60, 'ms');
  if (seconds < 86_400) return pair(Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), 'hm');
  return pair(Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3_600), 'dh');
}
