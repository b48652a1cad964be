/** How a file's geometry is made smaller; apart from `none`, readers need a decoder. */
export const compressions = ['none', 'meshopt'] as const;
export type Compression = (typeof compressions)[number];
