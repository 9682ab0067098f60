/** Carries an environment to scripts/run-command.sh, which restores it exactly; see there. */
export function environmentEntries(environment: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return {
    MACHINE_ENTRIES: String(entries.length),
    ...Object.fromEntries(entries.map((entry, index) => [`MACHINE_ENTRY_${index}`, entry])),
  };
}
