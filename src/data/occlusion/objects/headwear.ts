import { axisZ } from '../head-shell.js';
import { surface, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectModel, Occluder, Site } from '../object-model.js';
import { pattern, smoothNoise } from '../textures.js';

const colors: readonly Vec3[] = [
  [0.02, 0.02, 0.022],
  [0.02, 0.035, 0.12],
  [0.26, 0.02, 0.03],
  [0.3, 0.29, 0.27],
  [0.06, 0.12, 0.06],
  [0.6, 0.58, 0.54],
  [0.12, 0.08, 0.05],
];

/** Half axes of the head at the hat's edge, with room for hair, mm. */
function girth(
  site: Site,
  room: number,
): { readonly x: number; readonly z: number; readonly middle: number } {
  const side = Math.max(site.shell.radius(90, 45), site.shell.radius(-90, 45));
  const front = site.shell.radius(0, 62);
  const back = 98;
  return { x: side + room + 2, z: (front + back) / 2 + room, middle: axisZ + (front - back) / 2 };
}

/** A point of a crown, moved out where the head would come through. */
function crownPoint({ shell }: Site, x: number, y: number, z: number, room: number, out: Float64Array): void {
  const angle = (Math.atan2(x, z - axisZ) * 180) / Math.PI;
  const radius = Math.hypot(x, z - axisZ);
  const push =
    Math.abs(angle) < 118 && y < 100 ? Math.max(1, (shell.draped(angle, y) + room) / Math.max(1, radius)) : 1;
  out[0] = x * push;
  out[1] = y;
  out[2] = axisZ + (z - axisZ) * push;
}

/** Peaked cap: crown of panels and a curved brim, which shades the forehead. */
export const cap: Occluder = {
  name: 'cap',
  range: [0.1, 0.22],
  build: (site, random, amount): ObjectModel => {
    const color = random.choice(colors);
    const room = random.uniform(9, 14);
    const { x: a, z: b, middle } = girth(site, room);
    const brow = (site.landmark(19)[1] + site.landmark(24)[1]) / 2;
    const edge = brow + 44 - 42 * amount;
    const back = edge - random.uniform(-4, 10);
    const height = random.uniform(88, 104) - (edge - brow) * 0.5;
    const length = random.uniform(58, 72);
    const dip = random.uniform(4, 12) + 10 * amount;
    const arch = random.uniform(10, 20);
    const crown = surface(48, 18, (u, v, out) => {
      const t = 2 * Math.PI * u;
      const c = Math.cos(t);
      const s = Math.sin(t);
      const up = Math.sin((v * Math.PI) / 2);
      const r = Math.cos((v * Math.PI) / 2) ** 0.5;
      crownPoint(
        site,
        a * s * r,
        (edge * (1 + c) + back * (1 - c)) / 2 + height * up,
        middle + b * c * r,
        4,
        out,
      );
      const seam = Math.abs(((u * 6 + 0.5) % 1) - 0.5) < 0.018 ? 0.7 : 1;
      out[5] = out[6] = out[7] = seam * (v < 0.06 ? 0.85 : 1);
      out[3] = u * 3;
      out[4] = v;
    });
    const brim = (under: number): Mesh =>
      surface(36, 14, (u, v, out) => {
        const t = (u - 0.5) * 2.15;
        const s = Math.sin(t);
        const c = Math.cos(t);
        const far = v * length * Math.cos(t * 0.72) ** 0.8;
        out[0] = a * s * (1 + 0.1 * v);
        out[2] = middle + b * c + far;
        out[1] = edge + 2 - dip * v ** 1.3 - arch * s * s * (0.25 + 0.75 * v) - under;
        const stitch = under === 0 && v > 0.1 && Math.abs(((v * 5) % 1) - 0.5) < 0.07 ? 0.8 : 1;
        out[5] = out[6] = out[7] = under > 0 ? 0.4 : stitch;
      });
    return {
      parts: [
        { mesh: crown, color, texture: pattern('weave') },
        { mesh: brim(0), color },
        { mesh: brim(2), color },
      ],
      shadow: { gap: 20, strength: 0.62 },
      parameters: { edge: Math.round(edge - brow), brim: Math.round(length) },
    };
  },
};

/** Knitted hat pulled over the forehead, with a turned-up rim. */
export const beanie: Occluder = {
  name: 'beanie',
  range: [0.1, 0.24],
  build: (site, random, amount): ObjectModel => {
    const color = random.choice(colors);
    const room = random.uniform(6, 10);
    const { x: a, z: b, middle } = girth(site, room);
    const noise = smoothNoise(`beanie ${random.integer(0, 5)}`, 9);
    const brow = (site.landmark(19)[1] + site.landmark(24)[1]) / 2;
    const edge = brow + 42 - 50 * amount;
    const back = edge - random.uniform(15, 30);
    const height = random.uniform(108, 132) - (edge - brow) * 0.4;
    const rim = random.uniform(0.2, 0.32);
    const body = surface(56, 28, (u, v, out) => {
      const t = 2 * Math.PI * u;
      const c = Math.cos(t);
      const s = Math.sin(t);
      const up = Math.sin((v * Math.PI) / 2);
      const r = Math.cos((v * Math.PI) / 2) ** 0.66;
      const folded = v < rim ? 3.5 * Math.sqrt(Math.max(0, 1 - ((v / rim) * 2 - 1) ** 4)) : 0;
      const n = 2.5 * (noise(u, v) - 0.5) * v;
      crownPoint(
        site,
        (a + folded + n) * s * r,
        (edge * (1 + c) + back * (1 - c)) / 2 + height * up,
        middle + (b + folded + n) * c * r,
        3 + folded,
        out,
      );
      out[5] = out[6] = out[7] = v > rim && v < rim + 0.04 ? 0.55 : 1;
      out[3] = (u * 3) % 1 === 0 && u > 0 ? 1 : (u * 3) % 1;
      out[4] = v * 1.6;
    });
    return {
      parts: [{ mesh: body, color, texture: pattern('knit') }],
      shadow: { gap: 6, strength: 0.5 },
      parameters: { edge: Math.round(edge - brow) },
    };
  },
};
