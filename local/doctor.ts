// What `matrx doctor` asks of this machine: prints what there is to say of the data folder in its argument, a line of
// JSON for each finding.

import { createEngines, nothingBuilt } from './service/create-engines.ts';
import { inspect } from './service/inspect.ts';

const [dataDir = '.matrx'] = process.argv.slice(2);
// biome-ignore lint/style/noProcessEnv: Docker's settings are looked for where the service looks for them
const env = process.env;
const engines = (folder: string) => createEngines({ choice: 'auto', env }, folder, nothingBuilt).candidates;
for await (const finding of inspect(dataDir, engines)) process.stdout.write(`${JSON.stringify(finding)}\n`);
