import { afterAll } from 'vitest';
import { engineLimitsSuite } from '../suites/engine-limits-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/docker-engine.ts';
import { dockerLeftovers } from '../support/docker-leftovers.ts';

afterAll(removeTestImages);

engineLimitsSuite('limits of Docker', dockerEngine, (host) => dockerLeftovers(host.dataDir), dockerHere);
