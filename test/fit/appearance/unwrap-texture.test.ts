import { beforeAll, describe, expect, it } from 'vitest';
import type { Appearance } from '../../../src/fit/appearance/fit-appearance.js';
import type { HeadTextures } from '../../../src/fit/reconstruction.js';
import { unwrapTextures } from '../../../src/fit/appearance/unwrap-texture.js';
import type { Image } from '../../../src/math/image.js';
import { evaluateAlbedo } from '../../../src/model/albedo-modes.js';
import type { MorphableModel, TextureAlbedo } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { linearOfByte } from '../../../src/render/color.js';
import { createTexelMap, type TexelMap } from '../../../src/render/texel-map.js';
import { tinyModel } from '../../model/tiny-model.js';
import { daylight, photograph, seen, syntheticFace } from '../synthetic-face.js';

const size = 512;
/** The face is darker than the model believes, so that the unseen skin has something to follow. */
const tone = [-1];
let model: MorphableModel;
let map: TexelMap;
let truth: Float32Array;
let textures: HeadTextures;

/** A fit that knows the light exactly, and takes the skin for the model's mean. */
function appearance(inlier: number): Appearance {
  return {
    light: daylight(),
    albedo: new Float32Array(10),
    inlier: new Float32Array(model.vertexCount).fill(inlier),
    faceVisibility: 1,
  };
}

function unwrapped(yaw: number): HeadTextures {
  const face = syntheticFace(model, {}, { yaw, pitch: 0, roll: 0 });
  return unwrapTextures(
    model,
    seen(model, face),
    photograph(model, face, daylight(), tone),
    appearance(1),
    size,
  )!.textures;
}

beforeAll(async () => {
  model = await loadModel();
  const { uvs, uvTriangles } = model.parts[0]!;
  map = createTexelMap(uvs, uvTriangles, size);
  truth = evaluateAlbedo(model.albedo as TextureAlbedo, tone);
  textures = unwrapped(0);
});

const linear = (image: Image, texel: number, channel: number) =>
  linearOfByte[image.data[texel * 3 + channel]!]!;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const texels = (wanted: (coverage: number, triangle: number) => boolean) =>
  Array.from({ length: size * size }, (_, texel) => texel).filter((texel) =>
    wanted(textures.coverage.data[texel]!, map.triangle[texel]!),
  );
/** Mask of a region at a texel: that of its triangle's first corner. */
const region = (name: string, texel: number) =>
  model.regions.get(name)![model.parts[0]!.triangles[map.triangle[texel]! * 3]!]!;

describe('unwrapTextures', () => {
  it('gives textures of the asked size', () => {
    expect(
      [textures.photo!, textures.albedo].map(({ width, height, channels }) => [width, height, channels]),
    ).toEqual([
      [size, size, 3],
      [size, size, 3],
    ]);
    expect([textures.coverage.width, textures.coverage.channels]).toEqual([size, 1]);
    expect(textures.model.width).toBe(512);
  });

  it('tells where each texel comes from', () => {
    const { sources, coverage } = textures;
    let mirrored = 0;
    const odd: number[] = [];
    for (let texel = 0; texel < size * size; texel++) {
      const [photo, mirror, predicted] = sources.data.subarray(3 * texel, 3 * texel + 3) as unknown as [
        number,
        number,
        number,
      ];
      const mapped = map.triangle[texel]! >= 0;
      if (photo + mirror + predicted !== (mapped ? 255 : 0)) odd.push(texel);
      if (mapped && photo !== coverage.data[texel]) odd.push(texel);
      if (mirror > 200) mirrored++;
    }
    expect(odd).toEqual([]);
    // Of a face seen from the front, no side mirrors the other; of one half turned, much does.
    expect(mirrored).toBeLessThan(0.01 * size * size);
    const turned = unwrapped(40).sources.data.filter((value, at) => at % 3 === 1 && value > 200).length;
    expect(turned).toBeGreaterThan(0.02 * size * size);
  });

  it('finds the albedo again where the photo shows it', () => {
    const full = texels((coverage) => coverage === 255).filter(
      (texel) => region('eyes', texel) < 0.1 && region('brows', texel) < 0.1 && region('face', texel) > 0.9,
    );
    expect(full.length).toBeGreaterThan(0.08 * size * size);
    const errors = full.flatMap((texel) =>
      [0, 1, 2].map((c) => Math.abs(linear(textures.albedo, texel, c) - truth[texel * 3 + c]!)),
    );
    expect(mean(errors)).toBeLessThan(0.015);
  });

  it('takes nothing from the photo for the back of the head, the mouth cavity and the atlas gaps', () => {
    for (const texel of texels((_, triangle) => triangle < 0)) expect(textures.coverage.data[texel]).toBe(0);
    const inner = texels((_, triangle) => triangle >= 0).filter(
      (texel) => region('mouthCavity', texel) > 0.99,
    );
    expect(inner.length).toBeGreaterThan(1000);
    expect(mean(inner.map((texel) => textures.coverage.data[texel]!))).toBeLessThan(10);
    const covered = texels((coverage) => coverage > 0).length / texels((_, triangle) => triangle >= 0).length;
    expect(covered).toBeGreaterThan(0.2);
    expect(covered).toBeLessThan(0.75);
  });

  it('continues the skin of the photo over what it does not show', () => {
    // The model's mean is brighter than this face; unseen skin must follow the face, not the mean.
    const unseen = texels((coverage, triangle) => coverage === 0 && triangle >= 0).filter(
      (texel) => region('ears', texel) > 0.5 || region('neck', texel) > 0.5,
    );
    expect(unseen.length).toBeGreaterThan(1000);
    const average = (color: (texel: number) => number) => mean(unseen.map(color));
    for (let c = 0; c < 3; c++) {
      const found = average((texel) => linear(textures.albedo, texel, c));
      const wanted = average((texel) => truth[texel * 3 + c]!);
      const before = average((texel) => (model.albedo as TextureAlbedo).mean[texel * 3 + c]!);
      expect(Math.abs(found - wanted)).toBeLessThan(0.5 * Math.abs(before - wanted));
    }
  });

  it('has no seam where the photo ends', () => {
    const jumps: number[] = [];
    const inside: number[] = [];
    for (let y = 1; y < size - 1; y++) {
      for (let x = 1; x < size - 1; x++) {
        const texel = y * size + x;
        for (const other of [texel + 1, texel + size]) {
          if (map.triangle[texel]! < 0 || map.triangle[other]! < 0) continue;
          const a = textures.coverage.data[texel]!;
          const b = textures.coverage.data[other]!;
          const jump = Math.max(
            ...[0, 1, 2].map((c) =>
              Math.abs(textures.albedo.data[texel * 3 + c]! - textures.albedo.data[other * 3 + c]!),
            ),
          );
          if ((a === 0) !== (b === 0)) jumps.push(jump);
          else if (a === 0 && b === 0) inside.push(jump);
        }
      }
    }
    expect(jumps.length).toBeGreaterThan(500);
    expect(mean(jumps)).toBeLessThan(8);
    expect(mean(inside)).toBeLessThan(6);
  });

  it('mirrors the seen half of a turned head onto the other', () => {
    const turned = unwrapped(40);
    // Turned to picture right, the camera sees the subject's right, which lies in the left half of the atlas.
    const half = (from: number) => {
      const errors: number[] = [];
      for (let y = 0; y < size; y++) {
        for (let x = from; x < from + size / 2; x++) {
          const texel = y * size + x;
          if (
            map.triangle[texel]! < 0 ||
            region('face', texel) < 0.9 ||
            Math.max(
              region('eyes', texel),
              region('brows', texel),
              region('mouth', texel),
              region('nose', texel),
            ) > 0.1
          )
            continue;
          for (let c = 0; c < 3; c++)
            errors.push(Math.abs(linear(turned.albedo, texel, c) - truth[texel * 3 + c]!));
        }
      }
      return mean(errors);
    };
    const coverage = (from: number) =>
      mean(
        [...turned.coverage.data].filter(
          (_, texel) => texel % size >= from && texel % size < from + size / 2,
        ),
      );
    expect(coverage(0)).toBeGreaterThan(1.5 * coverage(size / 2));
    expect(half(0)).toBeLessThan(0.025);
    expect(half(size / 2)).toBeLessThan(0.04);
  });

  it('has the light in the photo texture and not in the albedo', () => {
    const bright = (image: Image, from: number) =>
      mean(
        texels((coverage) => coverage === 255)
          .filter((texel) => Math.floor((texel % size) / (size / 2)) === from)
          .map((texel) => linear(image, texel, 0)),
      );
    const lit = bright(textures.photo!, 0) / bright(textures.photo!, 1);
    const plain = bright(textures.albedo, 0) / bright(textures.albedo, 1);
    expect(lit).toBeGreaterThan(1.1);
    expect(Math.abs(plain - 1)).toBeLessThan(0.04);
  });

  it('gives none for a model whose skin is no texture', () => {
    const face = syntheticFace(model);
    expect(
      unwrapTextures(tinyModel(), seen(model, face), textures.albedo, appearance(1), size),
    ).toBeUndefined();
  });
});
