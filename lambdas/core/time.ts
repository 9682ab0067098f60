/** Milliseconds since the epoch, as the records and the API write times. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** The time `seconds` after `ms`. */
export const isoAfter = (ms: number, seconds: number): string => isoTime(ms + seconds * 1000);
