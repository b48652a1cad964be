import type { Random } from '../../random.js';
import { onShell } from '../head-shell.js';
import { curve, merged, surface, tube, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectModel, ObjectPart, Occluder, Site } from '../object-model.js';

/** Outline of one lens about its middle; x grows away from the nose. Half sizes times these. */
interface LensShape {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Exponent of the superellipse: 2 round, larger boxier. */
  readonly square: number;
  /** Lifts the outer upper corner, and lowers the inner lower one, in shares of the height. */
  readonly cat: number;
  readonly drop: number;
}

const shapes: readonly LensShape[] = [
  { name: 'round', width: 24, height: 23, square: 2, cat: 0, drop: 0 },
  { name: 'wayfarer', width: 27, height: 21, square: 3.4, cat: 0.12, drop: 0 },
  { name: 'rectangle', width: 27, height: 16, square: 4, cat: 0.03, drop: 0 },
  { name: 'aviator', width: 28, height: 25, square: 2.5, cat: 0.02, drop: 0.28 },
  { name: 'cat eye', width: 28, height: 19, square: 2.6, cat: 0.34, drop: 0 },
  { name: 'oval', width: 27, height: 18, square: 2.2, cat: 0.05, drop: 0 },
  { name: 'large', width: 31, height: 27, square: 2.8, cat: 0.08, drop: 0.08 },
];

interface Fit {
  readonly middle: readonly [Vec3, Vec3];
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly plane: number;
  readonly shape: LensShape;
  readonly tilt: number;
}

function fitted(site: EyewearSite, random: Random, scale: number): Fit {
  const mean = (first: number): Vec3 => {
    const sum = [0, 0, 0];
    for (let k = first; k < first + 6; k++)
      site.landmark(k).forEach((value, axis) => {
        sum[axis]! += value / 6;
      });
    return [sum[0]!, sum[1]!, sum[2]!];
  };
  const right = mean(36);
  const left = mean(42);
  const gap = left[0] - right[0];
  const shape = random.choice(shapes);
  const halfWidth = Math.min(shape.width * scale, gap * 0.56);
  const low = shape.height * scale * 0.14 + random.uniform(0, 3);
  // Lenses must clear brows and lashes.
  const plane =
    Math.max(site.landmark(19)[2], site.landmark(24)[2], site.landmark(27)[2] + 1, right[2] + 13) + 3;
  const x = Math.max(gap / 2, halfWidth + 6);
  const y = (right[1] + left[1]) / 2 - low;
  return {
    middle: [
      [-x, y, plane],
      [x, y, plane],
    ],
    halfWidth,
    halfHeight: shape.height * scale,
    plane,
    shape,
    tilt: random.uniform(0.04, 0.14),
  };
}

/** The point of a lens at an angle and a share of its radius; lenses lie on a common curve about the face. */
function lensPoint(
  { middle, halfWidth, halfHeight, plane, shape, tilt }: Fit,
  side: 0 | 1,
  angle: number,
  share: number,
): Vec3 {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const e = 2 / shape.square;
  const px = Math.sign(c) * Math.abs(c) ** e;
  const py = Math.sign(s) * Math.abs(s) ** e;
  const outward = px * halfWidth * (py < 0 ? 1 + 0.14 * shape.drop * py : 1);
  const lift = shape.cat * halfHeight * Math.max(0, px) ** 2 * Math.max(0, py + 0.2);
  const y = py * halfHeight * (py < 0 ? 1 + shape.drop * (0.5 - 0.5 * px) : 1) + lift;
  const [mx, my] = middle[side];
  const sign = side === 0 ? -1 : 1;
  const x = mx + sign * outward * share;
  const dy = y * share;
  return [x, my + dy, plane - x * x * 0.0028 + tilt * dy];
}

function lens(fit: Fit, side: 0 | 1, color: (x: number, y: number) => Vec3): Mesh {
  return surface(36, 4, (u, v, out) => {
    const point = lensPoint(fit, side, 2 * Math.PI * u, v);
    const [mx, my] = fit.middle[side];
    const bulge = 1.5 * (1 - v * v);
    const tint = color((point[0] - mx) / fit.halfWidth, (point[1] - my) / fit.halfHeight);
    for (let k = 0; k < 3; k++) {
      out[k] = point[k]! + (k === 2 ? bulge : 0);
      out[5 + k] = tint[k]!;
    }
  });
}

function frame(site: EyewearSite, fit: Fit, thickness: number): Mesh {
  const rims = ([0, 1] as const).map((side) =>
    tube(
      Array.from({ length: 49 }, (_, k) => lensPoint(fit, side, (2 * Math.PI * k) / 48, 1.02)),
      thickness,
      8,
    ),
  );
  const inner = ([0, 1] as const).map((side) => lensPoint(fit, side, Math.PI * 0.86, 1.02));
  const bridge = tube(
    curve([inner[0]!, [0, inner[0]![1] + 3, fit.plane + 1.5], inner[1]!]),
    thickness * 0.95,
    8,
  );
  const temples = ([0, 1] as const).map((side) => {
    const hinge = lensPoint(fit, side, 0.42, 1.03);
    const sign = side === 0 ? -1 : 1;
    const along = [70, 86, 100].map((angle): Vec3 => {
      const y = hinge[1] * 0.6 + 4;
      return onShell(sign * angle, y, site.shell.draped(sign * angle, y) + 3);
    });
    return tube(
      curve([hinge, [hinge[0] + sign * 2.5, hinge[1], hinge[2] - 6], ...along]),
      thickness * 1.1,
      6,
    );
  });
  return merged([...rims, bridge, ...temples]);
}

const frameColors: readonly (readonly [string, Vec3])[] = [
  ['black', [0.012, 0.012, 0.013]],
  ['tortoise', [0.1, 0.045, 0.02]],
  ['gold', [0.55, 0.38, 0.16]],
  ['silver', [0.45, 0.45, 0.46]],
  ['brown', [0.07, 0.035, 0.02]],
  ['red', [0.25, 0.02, 0.03]],
  ['blue', [0.02, 0.04, 0.14]],
];

/** Dark or mirrored lenses that show a bright sky above and the ground below. */
export const sunglasses: Occluder = {
  name: 'sunglasses',
  range: [0.14, 0.26],
  build: (site, random, amount): ObjectModel => {
    const fit = fitted(site, random, 0.84 + 0.38 * amount);
    const [colour, frameColor] = random.choice(frameColors);
    const mirrored = random.uniform() < 0.25;
    const thin = colour === 'gold' || colour === 'silver';
    const thickness = thin ? random.uniform(0.8, 1.1) : random.uniform(1.6, 2.8);
    const base = mirrored
      ? random.choice<Vec3>([
          [0.03, 0.09, 0.2],
          [0.2, 0.1, 0.02],
          [0.1, 0.11, 0.12],
        ])
      : random.choice<Vec3>([
          [0.012, 0.012, 0.013],
          [0.03, 0.018, 0.01],
          [0.012, 0.02, 0.015],
        ]);
    const horizon = random.uniform(-0.3, 0.4);
    const wx = random.uniform(-0.6, 0.4);
    const shine = mirrored ? 0.2 : random.uniform(0.015, 0.07);
    const glow = (x: number, y: number): Vec3 => {
      const sky = 1 / (1 + Math.exp(-6 * (y - horizon + 0.1 * Math.sin(5 * x))));
      const lamp = Math.exp(-(((x - wx) / 0.35) ** 2) - ((y - 0.55) / 0.22) ** 2);
      return [
        base[0] + shine * (0.8 * sky * (mirrored ? base[0] * 9 : 0.9) + 0.8 * lamp),
        base[1] + shine * (0.8 * sky * (mirrored ? base[1] * 9 : 0.95) + 0.8 * lamp),
        base[2] + shine * (0.8 * sky * (mirrored ? base[2] * 9 : 1) + 0.8 * lamp),
      ];
    };
    const opacity = mirrored || random.uniform() < 0.6 ? 1 : random.uniform(0.86, 0.96);
    const lenses = ([0, 1] as const).map((side): ObjectPart => ({
      mesh: lens(fit, side, glow),
      color: [1, 1, 1],
      opacity,
      specular: { strength: 0.1, shininess: 60 },
    }));
    return {
      parts: [
        {
          mesh: frame(site, fit, thickness),
          color: frameColor,
          specular: { strength: thin ? 0.6 : 0.2, shininess: 40 },
        },
        ...lenses,
      ],
      shadow: { gap: 8, strength: 0.42 },
      parameters: { shape: fit.shape.name, frame: colour, mirrored, width: Math.round(2 * fit.halfWidth) },
    };
  },
};

/** Clear lenses with faint reflections; hides little but the brows' and lids' outline. */
export const spectacles: Occluder = { name: 'spectacles', range: [0.035, 0.13], build: buildSpectacles };

/** What of a site spectacles need. */
export type EyewearSite = Pick<Site, 'shell' | 'landmark'>;

/** @param amount 0…1, larger and thicker */
export function buildSpectacles(site: EyewearSite, random: Random, amount: number): ObjectModel {
  const fit = fitted(site, random, 0.82 + 0.45 * amount);
  const [colour, frameColor] = random.choice(frameColors);
  const thin = colour === 'gold' || colour === 'silver';
  const thickness = (thin ? 0.9 : 1.5) + (thin ? 0.5 : 1.8) * amount * random.uniform(0.5, 1);
  const slope = random.uniform(-0.8, 0.8);
  const at = random.uniform(-0.5, 0.5);
  // Few lenses catch a window.
  const shine = 2.6 * random.uniform() ** 3;
  const glow = (x: number, y: number): Vec3 => {
    const g = Math.exp(-(((x + slope * y - at) / 0.22) ** 2));
    return [0.35 + shine * g, 0.38 + 1.04 * shine * g, 0.42 + 1.08 * shine * g];
  };
  const lenses = ([0, 1] as const).map((side): ObjectPart => ({
    mesh: lens(fit, side, glow),
    color: [0.5, 0.5, 0.5],
    opacity: 0.07,
  }));
  return {
    parts: [
      {
        mesh: frame(site, fit, thickness),
        color: frameColor,
        specular: { strength: thin ? 0.6 : 0.25, shininess: 40 },
      },
      ...lenses,
    ],
    shadow: { gap: 8, strength: 0.3 },
    parameters: { shape: fit.shape.name, frame: colour, width: Math.round(2 * fit.halfWidth) },
  };
}
