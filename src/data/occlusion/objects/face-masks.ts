import type { Random } from '../../random.js';
import { onShell } from '../head-shell.js';
import { curve, surface, tube, type Mesh, type Vec3 } from '../mesh.js';
import type { Occluder, ObjectModel, Site } from '../object-model.js';
import { pattern, smoothNoise, type PatternName } from '../textures.js';

const blend = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Outline of a mask on the face; heights in mm, angles in degrees. */
interface Cut {
  readonly top: number;
  readonly topSide: number;
  readonly bottom: number;
  readonly bottomSide: number;
  readonly side: number;
}

function cutOf(site: Site, random: Random, amount: number): Cut {
  const chin = site.landmark(8)[1];
  const bridge = site.landmark(27)[1];
  const tip = site.landmark(30)[1];
  const under = site.landmark(33)[1];
  const slip = random.uniform(-2, 2);
  return {
    top: blend(under - 3, bridge - 2, amount) + slip,
    topSide: blend(under - 18, tip + 16, amount) + slip,
    bottom: chin - random.uniform(3, 8),
    bottomSide: blend(chin + 42, chin + 26, amount),
    side: blend(50, 74, amount),
  };
}

const topAt = ({ top, topSide }: Cut, s: number): number =>
  blend(top, topSide, Math.min(1, 1.25 * Math.abs(s) ** 1.25));
const bottomAt = ({ bottom, bottomSide }: Cut, s: number): number =>
  blend(bottom, bottomSide, Math.abs(s) ** 2.4);

/** Cloth stretched from the nose to the chin: straight in between, drawn in below the chin. */
function stretched({ shell, landmark }: Site, angle: number, y: number, tightness: number): number {
  const chin = landmark(8)[1] + 6;
  const nose = landmark(30)[1];
  const at = Math.max(chin, y);
  // The jaw's underside is steep: what lies just above counts as well.
  const own = Math.max(shell.draped(angle, at), shell.draped(angle, at + 4), shell.radius(angle, at + 7) - 1);
  if (y < chin) return own - 0.35 * (chin - y);
  if (y > nose) return own;
  const straight = blend(shell.draped(angle, chin), shell.draped(angle, nose), (y - chin) / (nose - chin));
  return Math.max(own, blend(own, straight, tightness * Math.max(0, 1 - Math.abs(angle) / 70)));
}

function loops(site: Site, cut: Cut, offset: number, radius: number): Mesh[] {
  return [-1, 1].flatMap((side) => {
    const top = topAt(cut, 1) - 3;
    const bottom = bottomAt(cut, 1) + 3;
    const strap = (from: number, to: number): Vec3[] =>
      curve(
        [0, 0.3, 0.65, 1].map((t): Vec3 => {
          const angle = blend(cut.side - 1, 99, t);
          const y = blend(from, to, t) - 2 * Math.sin(Math.PI * t);
          return onShell(side * angle, y, site.shell.radius(side * angle, y) + blend(offset, 2, t));
        }),
      );
    return [tube(strap(top, -2), radius, 6), tube(strap(bottom, -42), radius, 6)];
  });
}

/** Pleated; light blue, white, black and a few others. */
export const surgicalMask: Occluder = {
  name: 'surgical mask',
  range: [0.22, 0.5],
  build: (site, random, amount): ObjectModel => {
    const tone = random.choice([
      ['blue', [0.36, 0.62, 0.78]],
      ['blue', [0.42, 0.66, 0.76]],
      ['white', [0.8, 0.81, 0.82]],
      ['black', [0.03, 0.03, 0.034]],
      ['green', [0.42, 0.66, 0.56]],
      ['pink', [0.78, 0.5, 0.55]],
    ] as const);
    const cut = cutOf(site, random, amount);
    const pleats = random.integer(3, 4);
    const deep = random.uniform(1.2, 2.2);
    const phase = random.uniform(0, 9);
    const wrinkle = smoothNoise(`wrinkle ${random.integer(0, 7)}`, 9);
    const body = surface(36, 40, (u, v, out) => {
      const s = 2 * u - 1;
      const angle = s * cut.side;
      const y = blend(topAt(cut, s), bottomAt(cut, s), v);
      const inner = Math.min(1, Math.min(v, 1 - v) * 7);
      const fold = (((v * (pleats + 1)) % 1) + 1) % 1;
      const flat = 1 - 0.5 * Math.abs(s);
      const bump = deep * flat * inner * fold + 1.6 * (wrinkle(u * 0.9 + phase, v * 0.9) - 0.5) * inner;
      const point = onShell(angle, y, stretched(site, angle, y, 0.75) + 2 + bump);
      for (let k = 0; k < 3; k++) out[k] = point[k]!;
      // Folds keep a thin shadow under them, seams are pressed flat.
      const crease = inner > 0.5 && fold < 0.16 ? 0.72 + 1.75 * fold : 1;
      const seam = v < 0.045 || v > 0.955 || Math.abs(s) > 0.95 ? 0.9 : 1;
      out[5] = out[6] = out[7] = crease * seam * (0.94 + 0.12 * wrinkle(u * 2 + phase, v * 2));
    });
    return {
      parts: [
        { mesh: body, color: tone[1], texture: pattern('fleece') },
        ...loops(site, cut, 2.5, 1.1).map((mesh) => ({
          mesh,
          color: tone[0] === 'black' ? tone[1] : ([0.75, 0.76, 0.77] as const),
        })),
      ],
      shadow: { gap: 3.5, strength: 0.55 },
      parameters: { colour: tone[0], pleats, top: Math.round(cut.top) },
    };
  },
};

/** Two panels sewn together in the middle, plain or printed. */
export const clothMask: Occluder = {
  name: 'cloth mask',
  range: [0.25, 0.52],
  build: (site, random, amount): ObjectModel => {
    const print = random.choice<PatternName>(['weave', 'weave', 'weave', 'stripes', 'checks', 'dots']);
    const color = random.choice<Vec3>([
      [0.03, 0.03, 0.035],
      [0.04, 0.06, 0.16],
      [0.3, 0.03, 0.05],
      [0.5, 0.5, 0.48],
      [0.16, 0.2, 0.14],
      [0.45, 0.28, 0.3],
      [0.1, 0.22, 0.32],
    ]);
    const cut = cutOf(site, random, amount);
    const ridge = random.uniform(1, 4);
    const wrinkle = smoothNoise(`cloth ${random.integer(0, 7)}`, 7);
    const phase = random.uniform(0, 9);
    const body = surface(40, 24, (u, v, out) => {
      const s = 2 * u - 1;
      const angle = s * cut.side;
      const y = blend(topAt(cut, s), bottomAt(cut, s), v);
      const inner = Math.min(1, Math.min(v, 1 - v) * 6);
      const soft = wrinkle(u + phase, v) - 0.5;
      const bump =
        ridge * Math.max(0, 1 - Math.abs(s) * 5) * inner + 2.6 * soft * inner * (0.4 + Math.abs(s));
      const point = onShell(angle, y, stretched(site, angle, y, 0.9) + 2 + bump);
      for (let k = 0; k < 3; k++) out[k] = point[k]!;
      out[5] =
        out[6] =
        out[7] =
          (Math.abs(s) < 0.012 ? 0.7 : 1) * (v < 0.05 || v > 0.95 ? 0.82 : 1) * (0.92 + 0.25 * soft);
    });
    return {
      parts: [
        { mesh: body, color, texture: pattern(print) },
        ...loops(site, cut, 2.5, 1.4).map((mesh) => ({ mesh, color: [0.05, 0.05, 0.055] as const })),
      ],
      shadow: { gap: 4, strength: 0.55 },
      parameters: { print, top: Math.round(cut.top) },
    };
  },
};

/** Wound about the neck and pulled up over mouth and chin. */
export const scarf: Occluder = {
  name: 'scarf',
  range: [0.1, 0.52],
  build: (site, random, amount): ObjectModel => {
    const material = random.choice<PatternName>(['knit', 'knit', 'fleece', 'weave', 'checks']);
    const color = random.choice<Vec3>([
      [0.3, 0.03, 0.04],
      [0.04, 0.07, 0.2],
      [0.32, 0.3, 0.27],
      [0.05, 0.05, 0.055],
      [0.5, 0.34, 0.06],
      [0.08, 0.2, 0.12],
      [0.55, 0.5, 0.44],
      [0.25, 0.12, 0.2],
    ]);
    const chin = site.landmark(8)[1];
    const top = blend(chin + 6, site.landmark(27)[1] + 2, amount);
    const slant = random.uniform(-7, 7);
    const drop = random.uniform(4, 14);
    const folds = random.uniform(2.5, 4.5);
    const thick = random.uniform(6, 10);
    const lean = random.uniform(-0.7, 0.7);
    const noise = smoothNoise(`scarf ${random.integer(0, 7)}`, 8);
    const phase = random.uniform(0, 5);
    const body = surface(60, 40, (u, v, out) => {
      const angle = blend(-112, 112, u);
      const s = angle / 112;
      const wave = noise(u + phase, 0.3) - 0.5;
      const edge = top + slant * s * 1.4 - drop * s * s + 7 * wave;
      const y = blend(edge, chin - 75, v);
      const n = noise(u * 1.3 + phase, v * 1.3) - 0.5;
      const turn = v * folds + lean * s + 0.9 * n;
      const fold = Math.abs(Math.sin(Math.PI * turn)) ** 0.7;
      const hang = chin - 4 - y;
      const own =
        site.shell.draped(angle, Math.max(y, chin)) + (hang > 0 ? 0.12 * hang + 0.002 * hang * hang : 0);
      const rounded = Math.sqrt(Math.max(0, 1 - Math.max(0, 1 - v * 12) ** 2));
      const point = onShell(angle, y, own + 2 + rounded * (thick * (0.35 + 0.65 * fold) + 5 * n));
      for (let k = 0; k < 3; k++) out[k] = point[k]!;
      out[3] = u * 1.0;
      out[4] = v * 0.9 + 0.12 * wave;
      out[5] = out[6] = out[7] = (0.5 + 0.5 * fold) * (0.9 + 0.3 * n);
    });
    return {
      parts: [{ mesh: body, color, texture: pattern(material) }],
      shadow: { gap: 8, strength: 0.6 },
      parameters: { material, top: Math.round(top), folds: Math.round(folds * 10) / 10 },
    };
  },
};
