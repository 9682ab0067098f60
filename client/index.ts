// The library's whole surface: a name that is not here may change without notice.

export { type ErrorCode, SandboxError } from '../contract/api/errors.ts';
export { CommandError } from './commands/command-error.ts';
export type { CommandResult } from './commands/command-result.ts';
export type { Commands, OutputListener, RunOptions } from './commands/commands.ts';
export type { ConnectionOptions, Timeouts, Transport } from './connection.ts';
export type { CallerKind, Credentials, KeyCredentials, TokenCredentials } from './credentials.ts';
export type { LogLine, LogOptions } from './logs/read-log.ts';
export { type CallOptions, type CreateOptions, type ListOptions, Sandbox } from './sandbox.ts';
export type { SandboxChanges, SandboxInfo, SandboxSettings } from './sandbox-info.ts';
export { Service } from './service.ts';
