import { afterAll } from 'vitest';
import { engineSuite } from '../suites/engine-suite.ts';
import { engineTerminalSuite } from '../suites/engine-terminal-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/docker-engine.ts';
import { dockerLeftovers } from '../support/docker-leftovers.ts';

afterAll(removeTestImages);

engineSuite('Docker', dockerEngine, (host) => dockerLeftovers(host.dataDir), dockerHere);
engineTerminalSuite('terminals of Docker', dockerEngine, dockerHere);
