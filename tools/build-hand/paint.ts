import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { cross, dot, minus, normalized, type Vec3 } from '../../src/data/occlusion/mesh.js';
import { linearOfByte } from '../../src/render/color.js';
import { vertexNormals } from '../../src/render/normals.js';
import type { HandCut } from './hand-cut.js';
import { besideFinger, evened, neighboursOf, type Finger } from './skeleton.js';

/**
 * A nail's middle and half length in shares of the last limb, and half its width in shares of the finger's
 * radius.
 */
const NAIL = { middle: 0.55, length: 0.33, width: 0.78 } as const;
const NAIL_COLOR: Vec3 = [1.05, 1.06, 1.13];
/** How much of the skins' differences is taken over: the tones of palm and back, and blotches. */
const SKIN_SHARE = 0.55;
/** How much hollows darken, and how much redder they, joints and finger tips are. */
const HOLLOW = 0.7;
const RED = 0.11;

/** Colours relative to the skin's, V×3 linear, and the triangles of nails and of the rest. */
export async function paintHand(
  cut: HandCut,
  fingers: readonly Finger[],
  skinsFolder: string,
): Promise<{ colors: Float32Array; skin: Uint32Array; nails: Uint32Array }> {
  const { positions, triangles } = cut;
  const count = positions.length / 3;
  const neighbours = neighboursOf(triangles, count);
  const normals = vertexNormals(positions, triangles, new Float32Array(positions.length));
  const bases = evened(await skinTones(skinsFolder, cut), 3, neighbours, 1);
  const colors = new Float32Array(3 * count);
  const isNail = new Uint8Array(count);
  const hollows = evened(hollowness(positions, normals, neighbours), 1, neighbours, 1);
  for (let v = 0; v < count; v++) {
    const point = vec(positions, v);
    const normal = vec(normals, v);
    const red = RED * redness(fingers, point);
    const shade = 1 - HOLLOW * Math.max(-0.25, Math.min(1, hollows[v]!));
    isNail[v] = fingers.some((finger, f) => onNail(finger, f, point, normal)) ? 1 : 0;
    for (let k = 0; k < 3; k++) {
      const tone = isNail[v] ? NAIL_COLOR[k]! : 1 + SKIN_SHARE * (bases[3 * v + k]! - 1);
      colors[3 * v + k] = tone * (isNail[v] ? 1 : k === 0 ? shade ** 0.8 : shade * (1 - red));
    }
  }
  levelled(colors, cut.positions);
  const parts: Record<'skin' | 'nails', number[]> = { skin: [], nails: [] };
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    parts[corners.every((v) => isNail[v]) ? 'nails' : 'skin'].push(...corners);
  }
  return { colors, skin: Uint32Array.from(parts.skin), nails: Uint32Array.from(parts.nails) };
}

/** Makes the mean colour of the back of the hand white: there it is of the face's tone. */
function levelled(colors: Float32Array, positions: Float32Array): void {
  const sum = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < colors.length; i += 3) {
    if (positions[i + 1]! < 0 || positions[i + 2]! < 0) continue;
    for (let k = 0; k < 3; k++) sum[k]! += colors[i + k]!;
    count++;
  }
  for (let i = 0; i < colors.length; i++) colors[i]! *= count / sum[i % 3]!;
}

const vec = (values: Float32Array, v: number): Vec3 => [
  values[3 * v]!,
  values[3 * v + 1]!,
  values[3 * v + 2]!,
];

/** Which way a finger's nail looks. */
function nailDirection({ line, bend }: Finger): Vec3 {
  return normalized(cross(minus(line[4]!, line[3]!), bend));
}

function onNail(finger: Finger, index: number, point: Vec3, normal: Vec3): boolean {
  const { line, bend, radius } = finger;
  const last = minus(line[4]!, line[3]!);
  const length = Math.hypot(...last);
  const way = minus(point, line[3]!);
  const along = dot(way, last) / (length * length);
  const across = dot(way, bend) / radius;
  if (
    along < 0.2 ||
    along > 1.1 ||
    dot(normal, nailDirection(finger)) < (index === 0 ? 0.1 : 0.2) ||
    Math.hypot(...way) > 1.4 * length
  )
    return false;
  return Math.abs((along - NAIL.middle) / NAIL.length) ** 3.2 + Math.abs(across / NAIL.width) ** 3.2 < 1;
}

/** 1 on finger tips, less on joints, 0 elsewhere. */
function redness(fingers: readonly Finger[], point: Vec3): number {
  let most = 0;
  for (const finger of fingers) {
    const { aside, along } = besideFinger(finger, point);
    if (aside > 1.6 * finger.radius) continue;
    const bump = (at: number, width: number) => Math.exp(-(((along - at) / width) ** 2));
    most = Math.max(
      most,
      bump(finger.at[4]!, 13),
      0.7 * bump(finger.at[1]!, 9),
      0.7 * bump(finger.at[2]!, 6),
      0.6 * bump(finger.at[3]!, 5),
    );
  }
  return most;
}

/**
 * How far vertices lie below their neighbours' mean, in shares of the distance to them; positive in creases.
 */
function hollowness(
  positions: Float32Array,
  normals: Float32Array,
  neighbours: readonly (readonly number[])[],
): Float32Array {
  return Float32Array.from(neighbours, (near, v) => {
    let height = 0;
    let length = 0;
    for (const other of near) {
      const way = minus(vec(positions, other), vec(positions, v));
      height += dot(way, vec(normals, v));
      length += Math.hypot(...way);
    }
    return length > 0 ? (1.6 * height) / length + 0.12 : 0;
  });
}

/** The mean of all skins at each vertex, relative to the hand's own mean; V×3. */
async function skinTones(folder: string, { uvs }: HandCut): Promise<Float32Array> {
  const tones = new Float32Array((uvs.length / 2) * 3);
  let files = 0;
  for (const name of (await readdir(folder, { recursive: true }))
    .filter((file) => /textures.*_diffuse\d*\.png$/.test(file))
    .sort()) {
    const { data, info } = await sharp(join(folder, name))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const texels = new Float32Array(tones.length);
    const mean = [0, 0, 0];
    for (let v = 0; v < uvs.length / 2; v++) {
      const x = Math.min(info.width - 1, Math.floor(uvs[2 * v]! * info.width));
      const y = Math.min(info.height - 1, Math.floor((1 - uvs[2 * v + 1]!) * info.height));
      for (let k = 0; k < 3; k++) {
        texels[3 * v + k] = linearOfByte[data[3 * (y * info.width + x) + k]!]!;
        mean[k]! += texels[3 * v + k]! / (uvs.length / 2);
      }
    }
    for (let i = 0; i < tones.length; i++) tones[i]! += texels[i]! / mean[i % 3]!;
    files++;
  }
  if (files === 0)
    throw new Error(
      `paintHand: expected skin textures in ${folder}, found none; delete .cache/packages to download the package again.`,
    );
  return tones.map((value) => Math.min(1.5, Math.max(0.6, value / files)));
}
