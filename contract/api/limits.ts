// Every bound a caller can meet, in one place. Bytes, seconds and counts as the names say.

export const limits = {
  /** A request's body. More goes by transfer. */
  requestBytes: 4 * 1024 * 1024,
  /** One command, as a string or as the sum of its arguments. */
  commandBytes: 65_536,
  commandArguments: 4_096,
  /** A command's own environment, or a sandbox's: names and values together. */
  environmentEntries: 64,
  environmentBytes: 32_768,
  stdinBytes: 1024 * 1024,
  pathBytes: 4_096,
  files: {
    /** Read or written by one call. More goes by transfer. */
    inlineBytes: 4 * 1024 * 1024,
    transferBytes: 5 * 1024 ** 3,
    /** Of one transfer, and the least that a part but the last may have. */
    parts: 1_000,
    leastPartBytes: 5 * 1024 * 1024,
    /** A part of an upload, but the last; and how many are signed by one call. */
    partBytes: 16 * 1024 * 1024,
    partsSigned: 100,
    /** Written by one call. */
    batch: 256,
    /** How far down a list or a search goes. */
    depth: 128,
    pageSize: { min: 1, max: 1_000, default: 200 },
    /** In one folder that is listed, searched or watched. */
    folderEntries: 100_000,
    /** Folders under one watch. */
    watchedFolders: 4_096,
    matches: { max: 10_000, default: 1_000 },
  },
  timeoutSeconds: { min: 1, max: 86_400, default: 60 },
  /** How long one call waits for a command or for a sandbox to be ready. */
  waitSeconds: { min: 0, max: 280 },
  /** Kept for the answer, per stream. */
  maxOutputBytes: { min: 0, max: 4 * 1024 * 1024, default: 1024 * 1024 },
  /** Kept in the sandbox, per stream of a command, and of all commands together. */
  spoolBytes: 64 * 1024 * 1024,
  sandboxSpoolBytes: 2 * 1024 ** 3,
  /** One answer of a command's output. */
  outputPageBytes: { min: 1, max: 4 * 1024 * 1024, default: 1024 * 1024 },
  /** Written to a command in one call; and not yet read by it. */
  stdinPageBytes: 1024 * 1024,
  stdinWaitingBytes: 1024 * 1024,
  terminalSize: { min: 1, max: 1_000 },
  /** Names of sessions kept in one sandbox; the one longest unused is forgotten first. */
  sessions: 256,
  /** Of a command's text, in lists. */
  commandTextLength: 1_024,
  ttlSeconds: { min: 60, max: 604_800, default: 7_200 },
  idleTimeoutSeconds: { min: 60, max: 604_800 },
  diskGb: { min: 20, max: 200, default: 20 },
  labels: 16,
  labelKeyLength: 63,
  labelValueLength: 256,
  pageSize: { min: 1, max: 100, default: 50 },
  /** Of a sandbox's log, a page. */
  logLines: { min: 1, max: 1_000, default: 200 },
  /** What is given of one line of it. */
  logLineBytes: 16 * 1024,
  idempotencyKeyLength: 64,
  /** Commands that may run in one sandbox at once. */
  runningCommands: 256,
  /** How long a client-held channel's grant lasts until it is renewed. */
  accessSeconds: { min: 60, max: 3_600, default: 900 },
  /** Commands of one grant that may run at once. */
  accessRunningCommands: 200,
  /** What may go through the channels of one grant, both ways together. */
  accessBytes: 16 * 1024 ** 3,
  /** How long one call counts or removes what is stored; the next goes on. */
  storageSeconds: 20,
  /** A streamed answer says something at least this often. */
  heartbeatSeconds: 15,
  /** How much of a command's output outlives its sandbox: head and tail together. */
  excerptBytes: 16 * 1024,
  /** What `complete` and `error` leave in the record, as JSON. */
  resultBytes: 16 * 1024,
  /** How deep lists and objects in it may lie in one another. */
  resultDepth: 64,
  /** How long an ended record and its outcomes are kept. */
  endedRecordDays: 14,
  idempotencyHours: 24,
  /** The most that a quota can be set to. */
  quotas: { liveSandboxes: 10_000, createsPerMinute: 100_000, commandsPerMinute: 10_000_000 },
  /** Machines that wait, of all pools together, and how old one gets. */
  pool: { members: 100, ageMinutes: 1_440 },
  spendCapUsd: 1_000_000,
  reasonLength: 500,
  /** How long it is known what a day's sandboxes used. */
  usageDays: 400,
  /** Days of one question about everybody's use. */
  usageDaysOfAll: 31,
  /** Combinations of template, size and labels by which a user's use of one day is told apart; what is beyond counts without labels. */
  usageLabelsPerDay: 100,
} as const;
