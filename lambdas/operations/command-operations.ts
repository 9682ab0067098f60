import { createAccess } from '../core/access/create-access.ts';
import { endAccess } from '../core/access/end-access.ts';
import { resumeAccess } from '../core/access/resume-access.ts';
import { execCommand } from '../core/commands/exec-command.ts';
import { getCommand } from '../core/commands/get-command.ts';
import { listCommands } from '../core/commands/list-commands.ts';
import { readOutput } from '../core/commands/read-output.ts';
import { resizeCommand } from '../core/commands/resize-command.ts';
import { signalCommand } from '../core/commands/signal-command.ts';
import { startCommand } from '../core/commands/start-command.ts';
import { writeStdin } from '../core/commands/write-stdin.ts';
import {
  changeMode,
  listFiles,
  makeFolder,
  moveFile,
  removeFile,
  statFile,
  writeFiles,
} from '../core/files/file-questions.ts';
import { readFile } from '../core/files/read-file.ts';
import { searchFiles } from '../core/files/search-files.ts';
import { completeUpload } from '../core/files/transfers/complete-upload.ts';
import { downloadFile } from '../core/files/transfers/download-file.ts';
import { cancelUpload, getUpload, signParts, startUpload } from '../core/files/transfers/uploads.ts';
import { watchFiles } from '../core/files/watch-files.ts';
import { writeFile } from '../core/files/write-file.ts';
import { createCheckpoint } from '../core/storage/checkpoints/create-checkpoint.ts';

/** What needs a channel, and what belongs to it. */
export const commandOperations = {
  execCommand,
  getCommand,
  listCommands,
  readOutput,
  resizeCommand,
  signalCommand,
  startCommand,
  writeStdin,
  readFile,
  writeFile,
  writeFiles,
  removeFile,
  listFiles,
  statFile,
  moveFile,
  makeFolder,
  changeMode,
  watchFiles,
  searchFiles,
  createCheckpoint,
  startUpload,
  signParts,
  getUpload,
  completeUpload,
  cancelUpload,
  downloadFile,
  createAccess,
  resumeAccess,
  endAccess,
};
