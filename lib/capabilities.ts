import { Capability } from 'aws-cdk-lib/aws-ecs';

/** What the agent needs as root: to become the sandbox's user without any privilege, and to end what that user started. */
const keptCapabilities: readonly Capability[] = [
  Capability.SETUID,
  Capability.SETGID,
  Capability.SETPCAP,
  Capability.KILL,
];

/** Every other one by name: Fargate can't add what was dropped by ALL. */
export const droppedCapabilities: readonly Capability[] = Object.values(Capability).filter(
  (capability) => capability !== Capability.ALL && !keptCapabilities.includes(capability),
);
