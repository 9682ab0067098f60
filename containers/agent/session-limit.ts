import { globSync, readFileSync } from 'node:fs';
import * as z from 'zod';

// Where ECS mounts the exec agent's own configuration, on Fargate and elsewhere.
const patterns = [
  '/ecs-execute-command-*/configuration/*.json',
  '/managed-agents/execute-command/configuration/*.json',
] as const;

const Configuration = z.object({
  Mgs: z.object({ SessionWorkersLimit: z.number().int().min(1).max(10_000) }),
});

/** How many sessions the exec agent allows at once; null when its configuration can't be read. */
export function readSessionLimit(from: readonly string[] = patterns): number | null {
  for (const path of globSync([...from])) {
    try {
      const parsed = Configuration.safeParse(JSON.parse(readFileSync(path, 'utf8')));
      if (parsed.success) return parsed.data.Mgs.SessionWorkersLimit;
    } catch {
      // Another file may say it; without any, the service assumes the fewest.
    }
  }
  return null;
}
