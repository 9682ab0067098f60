#!/usr/bin/env node
import { main } from '../client/cli/main.ts';

await main();
