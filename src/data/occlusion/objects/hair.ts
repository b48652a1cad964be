import { onShell } from '../head-shell.js';
import { merged, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectModel, Occluder } from '../object-model.js';

const PIECES = 12;

/** A flat ribbon that narrows towards its tip, facing out of the head. */
function strand(path: readonly Vec3[], width: number, shade: (t: number) => Vec3): Mesh {
  const count = path.length;
  const positions = new Float32Array(6 * count);
  const colors = new Float32Array(6 * count);
  const triangles = new Uint32Array(6 * (count - 1));
  for (let k = 0; k < count; k++) {
    const [x, y, z] = path[k]!;
    const [px, py] = path[Math.max(0, k - 1)]!;
    const [nx, ny] = path[Math.min(count - 1, k + 1)]!;
    const length = Math.hypot(nx - px, ny - py) || 1;
    const t = k / (count - 1);
    const half = 0.5 * width * Math.min(1, 2.2 * (1 - t) + 0.12);
    const ox = ((ny - py) / length) * half;
    const oy = (-(nx - px) / length) * half;
    const color = shade(t);
    positions.set([x - ox, y - oy, z, x + ox, y + oy, z], 6 * k);
    colors.set([...color, ...color], 6 * k);
    if (k + 1 < count) triangles.set([2 * k, 2 * k + 1, 2 * k + 2, 2 * k + 2, 2 * k + 1, 2 * k + 3], 6 * k);
  }
  return { positions, triangles, uvs: new Float32Array(4 * count), colors };
}

/** Strands in locks that fall from the hairline over forehead, eyes and cheeks. */
export const hair: Occluder = {
  name: 'hair',
  range: [0.1, 0.62],
  build: (site, random, amount): ObjectModel => {
    const own = random.uniform() < 0.88;
    const dyed = random.choice<Vec3>([
      [0.012, 0.01, 0.009],
      [0.05, 0.025, 0.012],
      [0.14, 0.075, 0.03],
      [0.36, 0.24, 0.11],
      [0.22, 0.06, 0.02],
      [0.3, 0.29, 0.28],
    ]);
    const color = own
      ? (site.hair.map((value) => Math.min(0.5, Math.max(0.006, value))) as unknown as Vec3)
      : dyed;
    const style = random.choice(['fringe', 'swept', 'curtain'] as const);
    const side = random.choice([-1, 1]);
    const curl = random.uniform(0, 1) ** 2 * 7;
    const top = 92;
    const brow = (site.landmark(19)[1] + site.landmark(24)[1]) / 2;
    const chin = site.landmark(8)[1];
    const part = side * random.uniform(8, 35);
    const locks = 46;
    const perLock = 9;
    const meshes: Mesh[] = [];
    // One strand after another from the same numbers: what grows with the amount is how many fall, and how
    // far.
    for (let lock = 0; lock < locks; lock++) {
      const r = random.fork(lock);
      const root = r.uniform(-72, 72);
      const reach = r.uniform(0.72, 1.1);
      const bend = r.normal(0, 5);
      const wave = r.uniform(0, 6);
      const high = r.uniform(4, 10);
      const tone = r.uniform(0.7, 1.25);
      const order = r.uniform();
      const away =
        style === 'fringe' ? 0.12 * root : style === 'swept' ? side * 30 : Math.sign(root - part) * 34;
      const fall =
        style === 'fringe'
          ? brow + 30 + (chin * 0.72 - brow - 30) * amount ** 1.15
          : brow + 26 + (chin - 14 - brow - 26) * amount ** 0.8;
      if (order > 0.42 + 0.75 * amount) continue;
      const end = top + (fall - top) * reach;
      for (let k = 0; k < perLock; k++) {
        const dx = r.normal(0, 2.6);
        const dy = r.normal(0, 5);
        const dz = r.uniform(0, 4);
        const fan = r.normal(0, 1.4);
        const dark = tone * r.uniform(0.65, 1.35);
        const path: Vec3[] = [];
        for (let p = 0; p <= PIECES; p++) {
          const t = p / PIECES;
          const y = top + (end + dy - top) * t;
          const sway = bend * t * t + curl * Math.sin(wave + 7 * t) * t;
          const angle = root + dx * (1 - 0.6 * t) + away * t ** 1.4 + sway + fan * t * t * 3;
          path.push(onShell(angle, y, site.shell.draped(angle, y) + high * (1 - 0.55 * t) + dz));
        }
        const shade = (t: number): Vec3 => {
          const s = dark * (0.55 + 0.35 * t + 0.9 * Math.exp(-(((t - 0.34) / 0.13) ** 2)));
          return [s, s, s];
        };
        meshes.push(strand(path, r.uniform(0.8, 2.4), shade));
      }
    }
    return {
      parts: [{ mesh: merged(meshes), color, specular: { strength: 0.08, shininess: 20 } }],
      shadow: { gap: 7, strength: 0.5 },
      parameters: { style, ownColour: own, strands: meshes.length },
    };
  },
};
