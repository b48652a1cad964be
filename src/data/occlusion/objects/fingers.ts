import type { Random } from '../../random.js';
import { ball, curve, merged, placed, tinted, tube, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectPart } from '../object-model.js';

const upright = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
/** Relative lengths and widths of index to little finger. */
const fingerSizes = [[0.94, 1], [1, 1.03], [0.95, 0.98], [0.78, 0.86]] as const;

/**
 * The fingers of a hand that holds something, and its back and forearm as far as they show.
 *
 * @param path the way of finger k (0 is the index) around the object for a share 0…1 of its length, mm
 * @param palm where the hand's back lies, behind or beside the object
 * @param elbow where the forearm leads
 */
export function holdingHand(skin: Vec3, random: Random, path: (finger: number, share: number) => Vec3, palm: Vec3, elbow: Vec3, count = 4): ObjectPart[] {
  const thick = random.uniform(7.6, 8.8), meshes: Mesh[] = [], nails: Mesh[] = [];
  for (let k = 0; k < count; k++) {
    const [length, width] = fingerSizes[k]!, r = thick * width;
    const points = curve([0, 0.3, 0.55, 0.78, 1].map((t) => path(k, t * length)), 4), last = points.length - 1;
    const radii = points.map((_, i) => { const t = i / last; return r * (1.04 - 0.2 * t + 0.06 * Math.cos(t * 13)) * (i > last - 3 ? [0.86, 0.6, 0][i - last + 2]! : 1); });
    meshes.push(reddened(tube(points, radii, 12), last));
    const [tip, before] = [points[last - 1]!, points[last - 3]!];
    nails.push(placed(ball([r * 0.5, r * 0.55, r * 0.3], 8), upright, [before[0] * 0.5 + tip[0] * 0.5, before[1] * 0.5 + tip[1] * 0.5, Math.max(before[2], tip[2]) + r * 0.55]));
  }
  const back = placed(ball([26, 38, 15], 14), upright, palm);
  const arm = tube(curve([palm, [palm[0] * 0.75 + elbow[0] * 0.25, palm[1] * 0.7 + elbow[1] * 0.3, palm[2]], elbow], 5), Array.from({ length: 11 }, (_, i) => 22 + 1.8 * i), 14);
  const sleeve: Vec3 = random.choice([[0.03, 0.04, 0.08], [0.25, 0.25, 0.26], [0.18, 0.03, 0.04], skin]);
  return [
    { mesh: merged([...meshes, back]), color: skin, specular: { strength: 0.05, shininess: 14 } },
    { mesh: arm, color: sleeve },
    { mesh: merged(nails.map((nail) => tinted(nail, [1.05, 0.92, 0.92]))), color: skin, specular: { strength: 0.15, shininess: 40 } },
  ];
}

/** Finger tips and knuckles are redder, sides of fingers darker. */
function reddened(finger: Mesh, rows: number): Mesh {
  const perRow = finger.colors.length / 3 / (rows + 1);
  for (let i = 0; i < finger.colors.length / 3; i++) {
    const t = Math.floor(i / perRow) / rows, red = 0.12 * Math.max(0, t - 0.7) * 3 + 0.05 * Math.max(0, Math.cos(t * 13));
    finger.colors[3 * i + 1]! *= 1 - red; finger.colors[3 * i + 2]! *= 1 - red;
  }
  return finger;
}
