/** A folder that root alone can enter. */
export const runFolder = '/run/matrx';

/** The agent's sockets: its API for whoever is root in the machine, and the door for channels. */
export const socketsIn = (folder: string) => ({ agent: `${folder}/agent.sock`, channel: `${folder}/channel.sock` });
