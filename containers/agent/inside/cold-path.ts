/** Where cold files are, by name: nothing is mounted there, `matrx-cold` reaches them. */
export const coldPath = '/data/cold';
