import { describe, expect, it } from 'vitest';
import type { LabelShares } from '../../src/render/label-shares.js';
import { createSceneTarget, renderScene, type SceneTargetOptions } from '../../src/render/scene.js';
import type { ScenePart } from '../../src/render/scene-part.js';
import { createFloatTexture } from '../../src/render/texture.js';

const SIDE = 8;
const LABELS = 3;
const camera = { focal: 100, cx: 4, cy: 4 };
const triangles = Uint32Array.of(0, 1, 2, 0, 2, 3);
const uvs = Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0);

/** A rectangle facing the camera, edges in pixels: left, top, right, bottom. */
function card(left: number, top: number, right: number, bottom: number, depth: number): Float32Array {
  const corner = (u: number, v: number) => [((u - 4) * depth) / 100, ((4 - v) * depth) / 100, -depth];
  return Float32Array.from([
    ...corner(left, top),
    ...corner(left, bottom),
    ...corner(right, bottom),
    ...corner(right, top),
  ]);
}

const opaque = (positions: Float32Array, label: ScenePart['label']): ScenePart => ({
  positions,
  triangles,
  ...(label !== undefined && { label }),
});

function glass(depth: number, alpha: number, label: number): ScenePart {
  const texture = createFloatTexture(1, 1, 4, new Float32Array(4).fill(alpha));
  return { positions: card(0, 0, 8, 8, depth), triangles, uvs, texture, alpha: 'blend', label };
}

function sharesOf(parts: readonly ScenePart[], options: SceneTargetOptions = {}) {
  const shares: LabelShares = { labels: LABELS, data: new Float32Array(SIDE * SIDE * LABELS).fill(9) };
  const scene = { camera, light: 1, parts };
  const image = renderScene(createSceneTarget(SIDE, SIDE, options), scene, { shares });
  const plain = renderScene(createSceneTarget(SIDE, SIDE, options), scene);
  expect(image.data).toEqual(plain.data);
  return (x: number, y: number) =>
    Array.from(shares.data.subarray(LABELS * (y * SIDE + x), LABELS * (y * SIDE + x + 1)));
}

describe.each<[string, SceneTargetOptions]>([
  ['one sample', {}],
  ['2×2 samples', { supersample: 2 }],
  ['2×2 samples, shared', { supersample: 2, draft: true }],
])('label shares with %s', (_name, options) => {
  it('are those of the nearest opaque part, and none where nothing is labelled', () => {
    const at = sharesOf(
      [
        opaque(card(0, 0, 4, 8, 200), 1),
        opaque(card(2, 0, 6, 8, 100), 2),
        opaque(card(3, 0, 4, 8, 50), undefined),
      ],
      options,
    );
    expect(at(0, 3)).toEqual([0, 1, 0]);
    expect(at(2, 3)).toEqual([0, 0, 1]);
    expect(at(3, 3)).toEqual([0, 0, 0]);
    expect(at(5, 3)).toEqual([0, 0, 1]);
    expect(at(7, 3)).toEqual([0, 0, 0]);
  });

  it('are mixed as the layers of alpha are', () => {
    const parts = [opaque(card(0, 0, 4, 8, 300), 0), glass(200, 0.5, 1), glass(100, 0.25, 2)];
    const at = sharesOf(parts, options);
    expect(at(1, 4)).toEqual([0.375, 0.375, 0.25]);
    expect(at(6, 4)).toEqual([0, 0.375, 0.25]);
  });

  it('change between corners where the others get the greater weight', () => {
    const at = sharesOf([opaque(card(0, 0, 8, 8, 100), Uint8Array.of(1, 1, 2, 2))], options);
    for (let y = 0; y < SIDE; y++) {
      expect(at(1, y)).toEqual([0, 1, 0]);
      expect(at(3, y)).toEqual([0, 1, 0]);
      expect(at(4, y)).toEqual([0, 0, 1]);
      expect(at(6, y)).toEqual([0, 0, 1]);
    }
  });
});

describe('label shares', () => {
  it('are shares of an edge where there are samples', () => {
    const at = sharesOf([opaque(card(0, 0, 3.5, 8, 100), 1)], { supersample: 2, draft: true });
    expect(at(3, 3)).toEqual([0, 0.5, 0]);
  });

  it('that do not fit are refused', () => {
    const target = createSceneTarget(SIDE, SIDE);
    const draw = (label: number, length: number) =>
      renderScene(
        target,
        { camera, light: 1, parts: [opaque(card(0, 0, 8, 8, 100), label)] },
        { shares: { labels: LABELS, data: new Float32Array(length) } },
      );
    expect(() => draw(3, SIDE * SIDE * LABELS)).toThrow('renderScene: expected labels below 3, got 3.');
    expect(() => draw(1, 5)).toThrow('renderScene: expected 8×8×3 values in options.shares, got 5.');
  });
});
