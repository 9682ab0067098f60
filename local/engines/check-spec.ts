import { lstatSync } from 'node:fs';
import { posix } from 'node:path';
import type { MachineSpec, Network } from './engine.ts';
import { EngineError } from './engine-error.ts';

const nul = '\0';

function refuse(field: string, value: unknown, rule: string): never {
  throw new EngineError('invalid_spec', `${field} is ${JSON.stringify(value)}, ${rule}`);
}

/** Throws `invalid_spec` for what the kernel or the engine can't pass on as it is. */
export function checkArgv(field: string, argv: readonly string[]): void {
  const [program] = argv;
  if (!program) refuse(field, argv, 'expected a program and its arguments');
  if (program.includes('=')) refuse(`${field}[0]`, program, 'a program has no "=" in its name');
  for (const [index, argument] of argv.entries()) {
    if (argument.includes(nul)) refuse(`${field}[${index}]`, argument, 'an argument has no NUL');
  }
}

function checkEnvironment(environment: MachineSpec['environment']): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name === '' || name.includes('=') || name.includes(nul)) {
      refuse('environment', name, 'a name is not empty and has no "=" and no NUL');
    }
    if (value.includes(nul)) refuse(`environment.${name}`, '(a value with NUL)', 'a value has no NUL');
  }
}

function checkAmount(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) refuse(field, value, 'expected a whole number above zero');
}

function checkSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isSocket()) refuse('linkSocket', path, 'expected the path of a Unix socket that is listening');
}

function checkFiles(files: MachineSpec['files'] = {}): void {
  for (const path of Object.keys(files)) {
    const plain = path.startsWith('/') && !path.endsWith('/') && posix.normalize(path) === path && !path.includes(nul);
    if (!plain) refuse('files', path, 'expected an absolute path without "." and ".."');
  }
}

/** Throws `invalid_spec`, naming the field, its value and its rule. Values of the environment are never repeated. */
export function checkSpec(spec: MachineSpec, networks: readonly Network[]): void {
  if (!/^[0-9a-f]{8,64}$/.test(spec.id)) refuse('id', spec.id, 'expected 8 to 64 lower-case hexadecimal digits');
  checkArgv('command', spec.command);
  checkEnvironment(spec.environment);
  checkAmount('cpu', spec.cpu);
  checkAmount('memoryMb', spec.memoryMb);
  checkAmount('diskMb', spec.diskMb);
  checkSocket(spec.linkSocket);
  if (!networks.includes(spec.network)) refuse('network', spec.network, `expected ${networks.join(' or ')}`);
  checkFiles(spec.files);
}
