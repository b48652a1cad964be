/** The version of this package, as package.json says (test/index.test.ts). */
export const version = '0.1.0';
/** What written files name as their maker. */
export const generator = `rogue-face ${version}`;
