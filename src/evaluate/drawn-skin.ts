/** Which skin heads are drawn with: the model's own, or what users get: the photo's, continued, and hair. */
export const drawnSkins = ['model', 'photo'] as const;
export type DrawnSkin = (typeof drawnSkins)[number];
