const minuteLengthMs = 60_000;

/** When the minute of a time began, in ms. */
export const minuteOf = (nowMs: number): number => nowMs - (nowMs % minuteLengthMs);

/** Until the next minute, in whole seconds, at least one. */
export const secondsLeftOf = (nowMs: number): number => Math.ceil((minuteOf(nowMs) + minuteLengthMs - nowMs) / 1000);
