import { afterAll } from 'vitest';
import { engineSuite } from '../suites/engines/engine-suite.ts';
import { engineTerminalSuite } from '../suites/engines/engine-terminal-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/machines/docker-engine.ts';
import { dockerLeftovers } from '../support/machines/docker-leftovers.ts';

afterAll(removeTestImages);

engineSuite('Docker', dockerEngine, (host) => dockerLeftovers(host.dataDir), dockerHere);
engineTerminalSuite('terminals of Docker', dockerEngine, dockerHere);
