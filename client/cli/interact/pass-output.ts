import { spawnSync } from 'node:child_process';

/**
 * Makes the terminal behind a descriptor show what comes as it comes. Node's raw mode goes on putting a carriage return before each line feed,
 * and a program in full screen means none: it goes down by a line feed alone. What Node sets next undoes it. Where there is no `stty`, it stays.
 */
export function passOutput(descriptor: number): void {
  spawnSync('stty', ['-opost'], { stdio: [descriptor, 'ignore', 'ignore'] });
}
