// The library's whole surface: a name that is not here may change without notice.

export { type ErrorCode, SandboxError } from '../contract/api/errors.ts';
export { CommandError } from './commands/command-error.ts';
export type { CommandHandle, SignalName, WaitOptions } from './commands/command-handle.ts';
export type { CommandInfo } from './commands/command-info.ts';
export type { CommandResult } from './commands/command-result.ts';
export type { CommandSettings, TerminalSize } from './commands/command-settings.ts';
export type { CommandStdin } from './commands/command-stdin.ts';
export type { Commands, ListCommandsOptions, RunOptions, StartOptions } from './commands/commands.ts';
export type { OutputListener, ResultOptions } from './commands/output/collect-result.ts';
export type { OutputOptions, OutputPiece } from './commands/output/read-output.ts';
export type { ConnectionOptions, Timeouts, Transport } from './connection.ts';
export type { CallerKind, Credentials, KeyCredentials, TokenCredentials } from './credentials.ts';
export type { DownloadOptions, FileDownload } from './files/download-file.ts';
export type { FileData } from './files/file-data.ts';
export type { FileInfo, WrittenFile } from './files/file-info.ts';
export type { FilePath } from './files/file-path.ts';
export type { BatchFile, FileCallOptions, Files, ListFilesOptions } from './files/files.ts';
export type { RangeOptions } from './files/read-range.ts';
export type { FileMatch, SearchOptions } from './files/search-files.ts';
export type { FileProgress, UploadOptions } from './files/upload-file.ts';
export type { FileChange, WatchOptions } from './files/watch-files.ts';
export type { LogLine, LogOptions } from './logs/read-log.ts';
export { type CallOptions, type CreateOptions, type ListOptions, Sandbox } from './sandbox.ts';
export type { SandboxChanges, SandboxInfo, SandboxSettings } from './sandbox-info.ts';
export type { MachinePoint, SandboxMetrics } from './sandbox-metrics.ts';
export { Service, type UsageQuery } from './service.ts';
export type { Session } from './session.ts';
