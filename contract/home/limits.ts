/** What a home may be, and how it is kept. Beyond them a save fails as a whole, with the bound in its fault. */
export const homeLimits = {
  entries: 200_000,
  bytes: 50 * 1024 ** 3,
  pathBytes: 4_096,
  /** How far down folders are followed. */
  depth: 128,
  /** The contents of small files share a blob up to this size. */
  packBytes: 8 * 1024 * 1024,
  /** Files above it are cut into pieces of it, each a blob of its own. */
  pieceBytes: 8 * 1024 * 1024,
  /** A manifest as it is stored, and unpacked. */
  manifestBytes: 64 * 1024 * 1024,
  manifestRawBytes: 160 * 1024 * 1024,
  headBytes: 1024 * 1024,
  /** Checkpoints that a head names. */
  checkpoints: 1_000,
  /** A save that takes longer is given up. */
  saveHours: 6,
  /** How long what is no longer named is left alone: longer than any save that could still name it. */
  graceHours: 24,
} as const;
