import { smoothstep } from '../../math/smoothstep.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { vertexNormals } from '../../render/normals.js';
import type { ScenePart } from '../../render/scene-part.js';
import { createTexelMap, type TexelMap } from '../../render/texel-map.js';
import { createFloatTexture, type Texture } from '../../render/texture.js';
import { createRandom, type Random } from '../random.js';
import { cloud } from './cloud.js';
import type { FaceAreas, FaceMeasures } from './face-areas.js';
import { ADULT, type PersonAttributes } from './identity.js';

type Color = readonly [number, number, number];

/** A grown beard. */
export interface BeardLook {
  readonly style: BeardStyle;
  /** Of the longest hair, mm. */
  readonly length: number;
  /** Linear. */
  readonly color: Color;
}

export type BeardStyle = keyof typeof STYLES;

/** How much of the area of all beards a style keeps, by mean head position: |x| and y, mm. */
const STYLES = {
  full: () => 1,
  goatee: (x: number, _y: number, { mouthWidth }: FaceMeasures) =>
    smoothstep(mouthWidth * 1.35, mouthWidth * 1.1, x),
  moustache: (x: number, y: number, { mouthWidth, lip }: FaceMeasures) =>
    smoothstep(lip[1] - 6, lip[1] + 1, y) * smoothstep(mouthWidth * 1.4, mouthWidth * 1.15, x),
  chin: (x: number, y: number, { mouthWidth, lip }: FaceMeasures) =>
    smoothstep(lip[1] - 2, lip[1] - 9, y) * smoothstep(mouthWidth * 1.1, mouthWidth * 0.8, x),
  jaw: (x: number, y: number, { mouthWidth, lip, landmark }: FaceMeasures) => {
    const chin = landmark(8)[1];
    const middle = smoothstep(mouthWidth * 1.3, mouthWidth * 1.6, x);
    return Math.max(middle, smoothstep((lip[1] + chin) / 2 + 3, (lip[1] + chin) / 2 - 8, y));
  },
} as const;

/** Chance of a grown beard among men. */
const BEARDED = 0.38;
/** Layers of hair, one above the other, and texels along each side of their textures. */
const SHELLS = 5;
const TEXELS = 192;

/** Whether and how a person wears a beard. @param hair linear colour of the hair on the head */
export function sampleBeard(
  { male, age }: PersonAttributes,
  hair: Color,
  random: Random,
): BeardLook | undefined {
  if (age < ADULT || male < 0.5 || random.uniform() > BEARDED) return undefined;
  const style = random.choice<BeardStyle>([
    'full',
    'full',
    'full',
    'goatee',
    'goatee',
    'moustache',
    'chin',
    'jaw',
  ]);
  // Most are trimmed; some full ones hang down.
  const long = style === 'full' && random.uniform() < 0.3;
  const length = long ? random.uniform(12, 45) : random.uniform(2, 11);
  const shade = random.uniform(0.7, 1.25);
  const red = random.uniform(1, 1.25);
  return {
    style,
    length: style === 'moustache' ? Math.min(length, 6) : length,
    color: [hair[0] * shade * red, hair[1] * shade, hair[2] * shade * 0.95],
  };
}

/**
 * Grows beards: shells over the skin, each showing the strands that reach so far (Lengyel et al. 2001,
 * real-time fur).
 */
export class Barber {
  private readonly triangles: Uint32Array;
  private readonly uvTriangles: Uint32Array;
  private readonly map: TexelMap;
  private readonly strands: Float32Array;
  private readonly textures = new Map<string, Texture>();
  private readonly masks = new Map<BeardStyle, Float32Array>();

  constructor(
    private readonly model: MorphableModel,
    private readonly areas: FaceAreas,
  ) {
    const skin = model.parts[0]!;
    const kept = keptTriangles(skin.triangles, areas.beard);
    this.triangles = Uint32Array.from(
      kept.flatMap((t) => Array.from(skin.triangles.subarray(3 * t, 3 * t + 3))),
    );
    this.uvTriangles = Uint32Array.from(
      kept.flatMap((t) => Array.from(skin.uvTriangles.subarray(3 * t, 3 * t + 3))),
    );
    this.map = createTexelMap(skin.uvs, this.uvTriangles, TEXELS);
    const random = createRandom('strands');
    const fine = cloud(TEXELS, TEXELS * 0.8, 1, random.fork('fine'));
    const tufts = cloud(TEXELS, TEXELS / 7, 2, random.fork('tufts'));
    this.strands = fine.map((value, i) => 0.5 + 0.2 * value + 0.13 * tufts[i]!);
  }

  /**
   * The shells of a beard.
   * @param head V×3, mm, head space, with expression
   */
  grow({ style, length, color }: BeardLook, head: Float32Array): ScenePart[] {
    const normals = vertexNormals(head, this.model.parts[0]!.triangles, new Float32Array(head.length));
    const mask = this.mask(style);
    return Array.from({ length: SHELLS }, (_, shell) => {
      const reach = (length * (shell + 0.3)) / SHELLS;
      const positions = Float32Array.from(head);
      for (let v = 0; v < mask.length; v++) {
        const out = Math.min(reach, 9) * Math.sqrt(mask[v]!);
        const down = (Math.max(0, reach - 2) * 0.55 + Math.max(0, reach - 9) * 0.45) * mask[v]!;
        for (let axis = 0; axis < 3; axis++) positions[3 * v + axis]! += normals[3 * v + axis]! * out;
        positions[3 * v + 1]! -= down;
      }
      // What is deeper gets less light.
      const depth = 0.55 + (0.45 * (shell + 1)) / SHELLS;
      return {
        positions,
        triangles: this.triangles,
        uvs: this.model.parts[0]!.uvs,
        uvTriangles: this.uvTriangles,
        texture: this.texture(style, shell),
        alpha: 'blend',
        color: [color[0] * depth, color[1] * depth, color[2] * depth],
        specular: { strength: 0.03, shininess: 12 },
      };
    });
  }

  private mask(style: BeardStyle): Float32Array {
    const known = this.masks.get(style);
    if (known) return known;
    const { meanShape } = this.model;
    const keep = STYLES[style];
    const { beard, measures } = this.areas;
    const mask = beard.map(
      (value, v) => value * keep(Math.abs(meanShape[3 * v]!), meanShape[3 * v + 1]!, measures),
    );
    this.masks.set(style, mask);
    return mask;
  }

  /** Strands that reach a shell: fewer the farther out, and fewer towards the edge of the beard. */
  private texture(style: BeardStyle, shell: number): Texture {
    const name = `${style}/${shell}`;
    const known = this.textures.get(name);
    if (known) return known;
    const mask = this.mask(style);
    const { triangle, weights } = this.map;
    const data = new Float32Array(TEXELS * TEXELS * 4);
    for (let i = 0; i < triangle.length; i++) {
      const t = triangle[i]! * 3;
      if (t < 0) continue;
      const w0 = weights[2 * i]!;
      const w1 = weights[2 * i + 1]!;
      const thick =
        w0 * mask[this.triangles[t]!]! +
        w1 * mask[this.triangles[t + 1]!]! +
        (1 - w0 - w1) * mask[this.triangles[t + 2]!]!;
      const height = 0.02 + (0.62 * shell) / SHELLS;
      const alpha =
        smoothstep(height - 0.12, height + 0.12, this.strands[i]! - 0.75 * (1 - thick)) *
        Math.min(1, thick * 3);
      data.fill(alpha * (0.7 + 0.6 * this.strands[i]!), 4 * i, 4 * i + 3);
      data[4 * i + 3] = alpha;
    }
    const texture = createFloatTexture(TEXELS, TEXELS, 4, data);
    this.textures.set(name, texture);
    return texture;
  }
}

function keptTriangles(triangles: Uint32Array, mask: Float32Array): number[] {
  const kept: number[] = [];
  for (let t = 0; t < triangles.length / 3; t++)
    if ([0, 1, 2].some((k) => mask[triangles[3 * t + k]!]! > 0.01)) kept.push(t);
  return kept;
}
