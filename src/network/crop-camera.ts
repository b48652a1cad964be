/**
 * The virtual camera of a crop: it looks along the crop's middle, its focal length is that many half sides.
 * Long, as people stand 1 m away where a crop shows 0.22 m of them.
 */
export const cropFocal = 8;
/** Half of what an ordinary crop shows at the distance of the face, mm. */
export const cropReach = 108;
/**
 * Where the origin of an ordinary head lies in the crop's camera, mm: the crop's middle is between nose and
 * mouth, inside the head.
 */
export const ordinaryTranslation = [0, 36, 35 - cropFocal * cropReach] as const;
