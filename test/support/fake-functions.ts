import { routes } from '../../contract/api/routes.ts';
import './lambda-runtime.ts';
import { createAccess } from '../../lambdas/core/access/create-access.ts';
import { endAccess } from '../../lambdas/core/access/end-access.ts';
import { resumeAccess } from '../../lambdas/core/access/resume-access.ts';
import { deleteQuota } from '../../lambdas/core/admin/delete-quota.ts';
import { getDeployment } from '../../lambdas/core/admin/get-deployment.ts';
import { getPools } from '../../lambdas/core/admin/get-pools.ts';
import { getQuota } from '../../lambdas/core/admin/get-quota.ts';
import { patchDeployment } from '../../lambdas/core/admin/patch-deployment.ts';
import { putQuota } from '../../lambdas/core/admin/put-quota.ts';
import { stopAll } from '../../lambdas/core/admin/stop-all.ts';
import { complete, reportError } from '../../lambdas/core/agent/end-of-work.ts';
import { heartbeat } from '../../lambdas/core/agent/heartbeat.ts';
import { hello } from '../../lambdas/core/agent/hello.ts';
import { reportOutcomes } from '../../lambdas/core/agent/report-outcomes.ts';
import { storageCredentials } from '../../lambdas/core/agent/storage-credentials.ts';
import { execCommand } from '../../lambdas/core/commands/exec-command.ts';
import { getCommand } from '../../lambdas/core/commands/get-command.ts';
import { listCommands } from '../../lambdas/core/commands/list-commands.ts';
import { readOutput } from '../../lambdas/core/commands/read-output.ts';
import { resizeCommand } from '../../lambdas/core/commands/resize-command.ts';
import { signalCommand } from '../../lambdas/core/commands/signal-command.ts';
import { startCommand } from '../../lambdas/core/commands/start-command.ts';
import { writeStdin } from '../../lambdas/core/commands/write-stdin.ts';
import { completeUpload } from '../../lambdas/core/files/complete-upload.ts';
import { downloadFile } from '../../lambdas/core/files/download-file.ts';
import {
  changeMode,
  listFiles,
  makeFolder,
  moveFile,
  removeFile,
  statFile,
  writeFiles,
} from '../../lambdas/core/files/file-questions.ts';
import { readFile } from '../../lambdas/core/files/read-file.ts';
import { searchFiles } from '../../lambdas/core/files/search-files.ts';
import { cancelUpload, getUpload, signParts, startUpload } from '../../lambdas/core/files/uploads.ts';
import { watchFiles } from '../../lambdas/core/files/watch-files.ts';
import { writeFile } from '../../lambdas/core/files/write-file.ts';
import { createSandbox } from '../../lambdas/core/sandboxes/create-sandbox.ts';
import { deleteSandbox } from '../../lambdas/core/sandboxes/delete-sandbox.ts';
import { getSandbox } from '../../lambdas/core/sandboxes/get-sandbox.ts';
import { listSandboxes } from '../../lambdas/core/sandboxes/list-sandboxes.ts';
import { readLog } from '../../lambdas/core/sandboxes/logs/read-log.ts';
import { patchSandbox } from '../../lambdas/core/sandboxes/patch-sandbox.ts';
import { getHealth } from '../../lambdas/core/service/get-health.ts';
import { getHealthReport } from '../../lambdas/core/service/get-health-report.ts';
import { getLimits } from '../../lambdas/core/service/get-limits.ts';
import { getMe } from '../../lambdas/core/service/get-me.ts';
import { getOpenapi } from '../../lambdas/core/service/get-openapi.ts';
import { listTemplates } from '../../lambdas/core/service/list-templates.ts';
import { createCheckpoint } from '../../lambdas/core/storage/checkpoints/create-checkpoint.ts';
import { diffCheckpoints } from '../../lambdas/core/storage/checkpoints/diff-checkpoints.ts';
import { listCheckpointFiles } from '../../lambdas/core/storage/checkpoints/list-checkpoint-files.ts';
import { listCheckpoints } from '../../lambdas/core/storage/checkpoints/list-checkpoints.ts';
import { readCheckpointFile } from '../../lambdas/core/storage/checkpoints/read-checkpoint-file.ts';
import { deleteStorage } from '../../lambdas/core/storage/delete-storage.ts';
import { getStorage } from '../../lambdas/core/storage/get-storage.ts';
import { getMetrics } from '../../lambdas/core/usage/get-metrics.ts';
import { getUsage } from '../../lambdas/core/usage/get-usage.ts';
import { endpoint } from '../../lambdas/http/endpoint.ts';
import { keptLog } from './fakes.ts';
import { playedStorageSessions } from './played-storage-sessions.ts';
import { fakeService } from './sandbox-life.ts';

/** The API's functions, whole but for their ports. */
export function fakeFunctions() {
  const life = fakeService();
  const log = keptLog();
  const ports = { ...life.ports, log, storageSessions: playedStorageSessions };
  const services = { ports, clock: life.clock, log };
  const taskRole = { accountId: '000000000000', roleId: 'AROATASK' };
  const functions = {
    query: endpoint('query', routes, services, {
      getSandbox,
      listSandboxes,
      readLog,
      getMe,
      getUsage,
      getMetrics,
      getDeployment,
      getPools,
      getQuota,
      getLimits,
      getOpenapi,
      listTemplates,
    }),
    lifecycle: endpoint('lifecycle', routes, services, {
      createSandbox,
      patchSandbox,
      deleteSandbox,
      getHealth,
      getHealthReport,
      patchDeployment,
      stopAll,
      putQuota,
      deleteQuota,
    }),
    commands: endpoint('commands', routes, services, {
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
    }),
    storage: endpoint('storage', routes, services, {
      getStorage,
      listCheckpoints,
      diffCheckpoints,
      readCheckpointFile,
      listCheckpointFiles,
      deleteStorage,
    }),
    agent: endpoint(
      'agent',
      routes,
      { ...services, taskRole },
      {
        hello,
        heartbeat,
        complete,
        reportError,
        reportOutcomes,
        storageCredentials,
      },
    ),
  };
  return { ...life, log, functions };
}
