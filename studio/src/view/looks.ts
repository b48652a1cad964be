import * as THREE from 'three';
import type { SurfaceTextures, SurfaceView } from '../engine/views.js';

/** How a head is drawn, with the names that the page gives them. */
export const looks = {
  photo: 'Photo',
  lit: 'Relit',
  albedo: 'Albedo',
  sources: 'Seen or guessed',
  clay: 'Clay',
  normals: 'Normals',
  depth: 'Depth',
  difference: 'Difference',
} as const;
export type Look = keyof typeof looks;

const clay = 0xcfc8c2;

/** What the colours of the look `sources` say. */
export const sourceColours = { red: 'from the photo', green: 'mirrored', blue: 'predicted' } as const;

/** @param textures over the surface's uvs */
export function materialFor(
  look: Look,
  { material }: SurfaceView,
  textures: SurfaceTextures<THREE.Texture>,
): THREE.Material {
  const side = material.doubleSided ? THREE.DoubleSide : THREE.FrontSide;
  const { baseColor = [1, 1, 1, 1], photoBaseColor = baseColor } = material;
  const [r, g, b, alpha] = look === 'photo' ? photoBaseColor : baseColor;
  const cards = {
    side,
    transparent: material.alphaMode === 'BLEND',
    alphaTest:
      material.alphaMode === 'MASK'
        ? (material.alphaCutoff ?? 0.5)
        : material.alphaMode === 'BLEND'
          ? 0.01
          : 0,
    depthWrite: material.alphaMode !== 'BLEND',
    opacity: alpha,
  };
  const color = new THREE.Color(r, g, b);
  switch (look) {
    case 'photo':
      return new THREE.MeshBasicMaterial({ ...cards, color, map: textures.photo ?? textures.albedo ?? null });
    case 'albedo':
      return new THREE.MeshBasicMaterial({ ...cards, color, map: textures.albedo ?? textures.photo ?? null });
    case 'sources':
      return new THREE.MeshLambertMaterial({
        side,
        color: textures.sources ? 0xffffff : clay,
        map: textures.sources ?? null,
      });
    case 'lit':
      return new THREE.MeshStandardMaterial({
        ...cards,
        color,
        map: textures.albedo ?? textures.photo ?? null,
        roughness: material.roughness,
        metalness: material.metallic,
      });
    case 'clay':
      return new THREE.MeshStandardMaterial({ side, color: clay, roughness: 0.75, metalness: 0 });
    case 'normals':
      return new THREE.MeshNormalMaterial({ side });
    case 'depth':
      return new THREE.MeshDepthMaterial({ side });
    case 'difference':
      return new THREE.MeshLambertMaterial({ side, vertexColors: true });
  }
}

/** mm at which the colours of differences end. */
export const greatestDifference = 8;

/**
 * Cividis at five places (Nuñez, Anderton & Renslow 2018), which people see alike whatever their colour
 * vision; sRGB.
 */
const ramp: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [73, 84, 106],
  [125, 124, 120],
  [188, 171, 109],
  [254, 232, 56],
];

export const differenceRamp = `linear-gradient(to right, ${ramp.map((colour) => `rgb(${colour.join(' ')})`).join(', ')})`;

/** Linear colours of distances in mm, V×3. */
export function differenceColours(distances: Float32Array): Float32Array {
  const out = new Float32Array(3 * distances.length);
  const colour = new THREE.Color();
  distances.forEach((distance, v) => {
    const at = Math.min(0.9999, distance / greatestDifference) * (ramp.length - 1);
    const low = Math.floor(at);
    const share = at - low;
    const mixed = ramp[low]!.map((value, k) => (value + share * (ramp[low + 1]![k]! - value)) / 255) as [
      number,
      number,
      number,
    ];
    colour.setRGB(...mixed, THREE.SRGBColorSpace).toArray(out, 3 * v);
  });
  return out;
}
