// Storage in a process of its own, as it is to an agent: prints where it is, and lives as long as its input.

import { startHomeRig } from '../../test/support/agent/home-rig.ts';

const rig = await startHomeRig();
const { s3Url, linkSocket, allPowerful } = rig;
const users = process.argv.slice(2);
const credentials = Object.fromEntries(users.map((user) => [user, rig.credentialsFor(user)]));
process.stdout.write(`${JSON.stringify({ s3Url, linkSocket, allPowerful, credentials })}\n`);
process.stdin
  .on('close', async () => {
    await rig[Symbol.asyncDispose]();
    process.exit();
  })
  .resume();
