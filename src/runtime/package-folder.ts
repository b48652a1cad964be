/**
 * The address of this package's folder, with a slash at its end; this module lies two folders below it, as
 * source and built. Cut from text: bundlers that see `new URL('../assets/', import.meta.url)` take the folder
 * for a module and fail.
 */
export const packageFolder = `${import.meta.url.split('/').slice(0, -3).join('/')}/`;
