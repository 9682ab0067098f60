// A function that can't be loaded.

throw new SyntaxError('broken at load');

export const handler = () => undefined;
