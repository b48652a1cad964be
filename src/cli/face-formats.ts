/** What can be written of a head. */
export const formats = ['glb', 'obj', 'png', 'json', 'vrm', 'usdz'] as const;
export type Format = (typeof formats)[number];

/** What is written unless formats are named. */
export const usualFormats: readonly Format[] = ['glb', 'obj', 'png', 'json'];
