import { afterAll } from 'vitest';
import { isolationSuite } from '../suites/isolation-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/docker-engine.ts';

afterAll(removeTestImages);

isolationSuite('isolation by Docker', dockerEngine, { enabled: dockerHere, filtersCalls: true });
