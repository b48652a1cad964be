export const vrmVersions = ['1.0', '0.x'] as const;
export type VrmVersion = (typeof vrmVersions)[number];
