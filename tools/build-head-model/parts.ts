import { join } from 'node:path';
import sharp from 'sharp';
import type { Image } from '../../src/math/image.js';
import type { Hanging } from './hanging.js';
import type { MouthParts } from './ict-mouth.js';
import { readProxy, type Proxy } from './makehuman-source.js';

/** One accessory that becomes a part (or, split by side, two) of the model. */
interface PartSource {
  readonly name: string;
  readonly proxy: string;
  readonly texture: string;
  readonly textureSize: number;
  readonly alpha: 'opaque' | 'mask' | 'blend';
  /** Keeps only the vertices on one side: −1 the subject's right, +1 the left. */
  readonly side?: -1 | 1;
  readonly turns?: boolean;
  /** Drops quads that the texture paints fully transparent (the cornea shell of the eyeballs). */
  readonly dropTransparent?: boolean;
}

const EYES = {
  proxy: 'eyes/HighPolyEyes/HighPolyEyes',
  texture: 'brown_eye.png',
  textureSize: 256,
  alpha: 'opaque',
  turns: true,
  dropTransparent: true,
} as const;

const SOURCES: readonly PartSource[] = [
  { name: 'eyeRight', ...EYES, side: -1 },
  { name: 'eyeLeft', ...EYES, side: 1 },
  {
    name: 'teeth',
    proxy: 'teeth/Teeth_Base/Teeth_Base',
    texture: 'teeth.png',
    textureSize: 256,
    alpha: 'opaque',
  },
  {
    name: 'tongue',
    proxy: 'tongue/tongue01/tongue01',
    texture: 'tongue01_diffuse.png',
    textureSize: 128,
    alpha: 'opaque',
  },
  {
    name: 'lashes',
    proxy: 'eyelashes/Eyelashes01/Eyelashes01',
    texture: 'eyelashes01.png',
    textureSize: 256,
    alpha: 'blend',
  },
];

/**
 * A part before the model is assembled: its vertices are weighted sums of base vertices plus constant
 * offsets.
 */
export interface FittedPart extends Hanging {
  readonly name: string;
  /** Local vertex indices, T×3. */
  readonly triangles: Uint32Array;
  readonly uvs: Float32Array;
  readonly uvTriangles: Uint32Array;
  readonly texture: Image;
  readonly alpha: 'opaque' | 'mask' | 'blend';
  readonly turns: boolean;
  /** In which proportion each vertex goes with the lower jaw, 0…1; without it, none does. */
  readonly jaw?: readonly number[];
  /** How much each vertex is tongue, 0…1. */
  readonly tongue?: readonly number[];
}

async function readTexture(path: string, size: number): Promise<Image> {
  const { data, info } = await sharp(path)
    .ensureAlpha()
    .resize(size, size, { kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 4, data };
}

/** Keeps some quads and numbers their vertices and texture coordinates from zero. */
function compact(proxy: Proxy, keep: (quad: Proxy['quads'][number]) => boolean) {
  const vertexOf = new Map<number, number>();
  const uvOf = new Map<number, number>();
  const triangles: number[] = [];
  const uvTriangles: number[] = [];
  const index = (map: Map<number, number>, key: number) => {
    let value = map.get(key);
    if (value === undefined) map.set(key, (value = map.size));
    return value;
  };
  for (const quad of proxy.quads.filter(keep)) {
    for (const corners of [
      [0, 1, 2],
      [0, 2, 3],
    ]) {
      // Some quads are triangles with a repeated corner.
      if (new Set(corners.map((k) => quad.vertices[k])).size < 3) continue;
      for (const k of corners) {
        triangles.push(index(vertexOf, quad.vertices[k]!));
        uvTriangles.push(index(uvOf, quad.uvs[k]!));
      }
    }
  }
  return { vertices: [...vertexOf.keys()], uvs: [...uvOf.keys()], triangles, uvTriangles };
}

function isTransparent(texture: Image, uvs: readonly number[], quad: Proxy['quads'][number]): boolean {
  const mean = (axis: 0 | 1) => quad.uvs.reduce((sum, uv) => sum + uvs[uv * 2 + axis]!, 0) / 4;
  const x = Math.min(texture.width - 1, Math.floor(mean(0) * texture.width));
  const y = Math.min(texture.height - 1, Math.floor((1 - mean(1)) * texture.height));
  return texture.data[(y * texture.width + x) * 4 + 3]! < 128;
}

async function fitPart(
  packageFolder: string,
  source: PartSource,
  template: (baseVertex: number) => readonly number[],
): Promise<FittedPart> {
  const proxy = await readProxy(packageFolder, source.proxy);
  const folder = join(packageFolder, 'public/data/proxies', source.proxy, '..');
  const texture = await readTexture(join(folder, 'textures', source.texture), source.textureSize);
  const sideOf = (vertex: number) => Math.sign(template(proxy.references[vertex]![0]!)[0]!);
  const kept = compact(
    proxy,
    (quad) =>
      (source.side === undefined || sideOf(quad.vertices[0]!) === source.side) &&
      !(source.dropTransparent && isTransparent(texture, proxy.uvs, quad)),
  );
  return {
    name: source.name,
    texture,
    alpha: source.alpha,
    turns: source.turns ?? false,
    references: kept.vertices.map((vertex) => proxy.references[vertex]!),
    weights: kept.vertices.map((vertex) => proxy.weights[vertex]!),
    offsets: kept.vertices.map((vertex) => proxy.offsets[vertex]!),
    triangles: Uint32Array.from(kept.triangles),
    uvTriangles: Uint32Array.from(kept.uvTriangles),
    uvs: Float32Array.from(kept.uvs.flatMap((uv) => [proxy.uvs[uv * 2]!, 1 - proxy.uvs[uv * 2 + 1]!])),
  };
}

/** Parts as they ship: teeth and tongue of the base mesh are replaced. @param mouth of `ictMouth` */
export function shippedParts(parts: readonly FittedPart[], [teeth, mouth]: MouthParts): FittedPart[] {
  const instead = new Map([
    ['teeth', teeth],
    ['tongue', mouth],
  ]);
  return parts.map((part) => instead.get(part.name) ?? part);
}

/** Reads all parts; `template` gives the base mesh's vertices and decides left and right. */
export async function readParts(
  packageFolder: string,
  template: (baseVertex: number) => readonly number[],
): Promise<FittedPart[]> {
  const parts: FittedPart[] = [];
  for (const source of SOURCES) parts.push(await fitPart(packageFolder, source, template));
  return parts;
}
