import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createImage } from '../../src/math/image.js';
import { addDirectionalLight, constantLight } from '../../src/math/spherical-harmonics.js';
import { compositeOver } from '../../src/render/antialias.js';
import { byteOfLinear } from '../../src/render/color.js';
import { createSceneTarget, renderScene } from '../../src/render/scene.js';
import type { ScenePart } from '../../src/render/scene-part.js';
import { createFloatTexture, createTexture } from '../../src/render/texture.js';
import { sphereMesh } from './meshes.js';

const camera = { focal: 100, cx: 8, cy: 8 };
const quad = Uint32Array.of(0, 1, 2, 0, 2, 3);

/** A rectangle facing the camera at a depth, in pixels of `camera`. */
function card(left: number, top: number, right: number, bottom: number, depth: number): Float32Array {
  const corner = (u: number, v: number) => [((u - 8) * depth) / 100, ((8 - v) * depth) / 100, -depth];
  return Float32Array.from([
    ...corner(left, top),
    ...corner(left, bottom),
    ...corner(right, bottom),
    ...corner(right, top),
  ]);
}
const corners = Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0);

/** A card of one colour with straight alpha. */
function glass(
  depth: number,
  color: readonly [number, number, number],
  alpha: number,
  kind: 'blend' | 'mask' = 'blend',
): ScenePart {
  const texture = createFloatTexture(1, 1, 4, Float32Array.of(...color.map((x) => x * alpha), alpha));
  return { positions: card(0, 0, 16, 16, depth), triangles: quad, uvs: corners, texture, alpha: kind };
}

const pixel = (image: { width: number; data: ArrayLike<number> }, x: number, y: number) =>
  [0, 1, 2, 3].map((k) => image.data[4 * (y * image.width + x) + k]!);

describe('renderScene', () => {
  it('draws colours, leaves the background transparent and repeats itself', () => {
    const target = createSceneTarget(16, 16);
    const parts = [{ positions: card(4, 4, 12, 12, 100), triangles: quad, color: [1, 0.5, 0.25] as const }];
    for (let k = 0; k < 2; k++) {
      const image = renderScene(target, { camera, light: 0.5, parts });
      expect(pixel(image, 8, 8)).toEqual([0.5, 0.25, 0.125].map(byteOfLinear).concat(255));
      expect(pixel(image, 3, 8)).toEqual([0, 0, 0, 0]);
    }
    expect(renderScene(target, { camera, light: 1, parts: [] }).data.every((byte) => byte === 0)).toBe(true);
  });

  it('antialiases edges by coverage', () => {
    const target = createSceneTarget(16, 16, { supersample: 4 });
    const image = renderScene(target, {
      camera,
      light: 1,
      parts: [{ positions: card(4.5, 4, 12.25, 12, 100), triangles: quad }],
    });
    expect(pixel(image, 4, 8)).toEqual([255, 255, 255, 128]);
    expect(pixel(image, 12, 8)).toEqual([255, 255, 255, 64]);
    expect(pixel(image, 8, 8)).toEqual([255, 255, 255, 255]);
  });

  it('composites alpha in order of depth, whatever the order of parts', () => {
    const target = createSceneTarget(16, 16);
    const wall: ScenePart = { positions: card(0, 0, 16, 16, 300), triangles: quad, color: [0, 0, 1] };
    const hidden = glass(400, [1, 1, 1], 0.9);
    const red = glass(100, [1, 0, 0], 0.5);
    const green = glass(200, [0, 1, 0], 0.5);
    // 0.5 red over 0.5 green over blue.
    const expected = [0.5, 0.25, 0.25].map(byteOfLinear).concat(255);
    for (const parts of [
      [wall, red, green, hidden],
      [green, hidden, red, wall],
      [red, green, hidden, wall],
    ]) {
      expect(pixel(renderScene(target, { camera, light: 1, parts }), 5, 9)).toEqual(expected);
    }
    // Without the wall the white glass shows: 0.5 red, 0.25 green, 0.225 white, in all 0.975 opaque.
    const open = pixel(renderScene(target, { camera, light: 1, parts: [red, green, hidden] }), 5, 9);
    expect(open).toEqual(
      [0.725, 0.475, 0.225].map((x) => byteOfLinear(x / 0.975)).concat(Math.round(0.975 * 255)),
    );
  });

  it('sorts cards that cut through each other pixel by pixel', () => {
    const leaning = (near: number, far: number, color: [number, number, number]): ScenePart => {
      const positions = card(0, 0, 16, 16, 100);
      // The left side at one depth, the right side at the other.
      [near, near, far, far].forEach((depth, k) => {
        for (let m = 0; m < 3; m++) positions[3 * k + m]! *= depth / 100;
      });
      return { ...glass(100, color, 0.75), positions };
    };
    const image = renderScene(createSceneTarget(16, 16), {
      camera,
      light: 1,
      parts: [leaning(100, 200, [1, 0, 0]), leaning(200, 100, [0, 1, 0])],
    });
    expect(pixel(image, 2, 8)[0]).toBeGreaterThan(pixel(image, 2, 8)[1]!);
    expect(pixel(image, 13, 8)[1]).toBeGreaterThan(pixel(image, 13, 8)[0]!);
  });

  it('cuts masks at one half', () => {
    const target = createSceneTarget(16, 16);
    expect(
      pixel(renderScene(target, { camera, light: 1, parts: [glass(100, [1, 0, 0], 0.49, 'mask')] }), 8, 8)[3],
    ).toBe(0);
    expect(
      pixel(renderScene(target, { camera, light: 1, parts: [glass(100, [1, 0, 0], 0.51, 'mask')] }), 8, 8),
    ).toEqual([255, 0, 0, 255]);
  });

  it('textures a floor in perspective', () => {
    const size = 64;
    const view = { focal: 64, cx: 32, cy: 8 };
    const positions = Float32Array.of(-400, -60, -100, 400, -60, -100, 400, -60, -900, -400, -60, -900);
    const texture = createFloatTexture(
      256,
      256,
      3,
      Float32Array.from({ length: 256 * 256 * 3 }, (_, i) => {
        const texel = Math.floor(i / 3);
        return i % 3 === 0
          ? ((texel % 256) + 0.5) / 256
          : i % 3 === 1
            ? (Math.floor(texel / 256) + 0.5) / 256
            : 0;
      }),
    );
    const target = createSceneTarget(size, size);
    renderScene(target, {
      camera: view,
      light: 1,
      parts: [{ positions, triangles: quad, uvs: Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), texture }],
    });
    let seen = 0;
    for (let y = 14; y < 44; y++)
      for (let x = 20; x < 44; x++) {
        const depth = (60 * 64) / (y + 0.5 - 8);
        const side = ((x + 0.5 - 32) * depth) / 64;
        expect(Math.abs(target.linear[4 * (y * size + x)]! - (side + 400) / 800)).toBeLessThan(0.02);
        expect(Math.abs(target.linear[4 * (y * size + x) + 1]! - (depth - 100) / 800)).toBeLessThan(0.02);
        seen++;
      }
    expect(seen).toBeGreaterThan(0);
  });

  it('turns a fine checkerboard grey with mip levels instead of into noise', () => {
    const checks = createImage(256, 256, 1);
    checks.data.forEach((_, i) => {
      checks.data[i] = (i + (i >> 8)) % 2 === 0 ? 255 : 0;
    });
    const target = createSceneTarget(16, 16);
    renderScene(target, {
      camera,
      light: 1,
      parts: [
        { positions: card(0, 0, 16, 16, 100), triangles: quad, uvs: corners, texture: createTexture(checks) },
      ],
    });
    for (let i = 0; i < 256; i++) expect(Math.abs(target.linear[4 * i]! - 0.5)).toBeLessThan(0.01);
  });

  it('drawn as a draft differs little from the exact picture, and edges are as smooth', () => {
    const { positions, triangles } = sphereMesh(24, 40, 40, [0, 0, -300]);
    const view = { focal: 200, cx: 32, cy: 32 };
    const light = constantLight(0.4);
    addDirectionalLight(light, [0.6, 0.6, 0.5], [1, 0.9, 0.8]);
    const parts: ScenePart[] = [
      { positions, triangles, specular: { strength: 0.1, shininess: 10 } },
      { ...glass(200, [0.2, 0.5, 1], 0.4), positions: card(2, 4, 14, 12, 200) },
    ];
    const exact = renderScene(createSceneTarget(64, 64, { supersample: 2 }), {
      camera: view,
      light,
      parts,
    }).data.slice();
    const draft = renderScene(createSceneTarget(64, 64, { supersample: 2, draft: true }), {
      camera: view,
      light,
      parts: [{ ...parts[0]!, oneSided: true }, parts[1]!],
    }).data;
    const differences = Array.from(draft, (value, i) => Math.abs(value - exact[i]!));
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(1);
    // Shading is centred: what the draft lacks on one side it does not have on the other.
    const bias = Array.from(draft).reduce((sum, value, i) => sum + value - exact[i]!, 0) / draft.length;
    expect(Math.abs(bias)).toBeLessThan(0.3);
    expect(new Set(Array.from(draft).filter((_, i) => i % 4 === 3)).size).toBeGreaterThan(3);
  });

  it('refuses lights and targets that make no sense', () => {
    expect(() => renderScene(createSceneTarget(2, 2), { camera, light: [1, 2, 3], parts: [] })).toThrow(
      /27 light/,
    );
    expect(() => createSceneTarget(2, 2, { supersample: 0 })).toThrow(/1…8/);
  });

  it('still draws the reference picture', async () => {
    const image = referencePicture();
    const file = new URL('./reference.png', import.meta.url).pathname;
    if (process.env['UPDATE_REFERENCE']) {
      await sharp(Buffer.from(image.data), { raw: { width: image.width, height: image.height, channels: 4 } })
        .png()
        .toFile(file);
    }
    const expected = await sharp(file).raw().toBuffer();
    let sum = 0;
    let worst = 0;
    image.data.forEach((byte, i) => {
      const difference = Math.abs(byte - expected[i]!);
      sum += difference;
      worst = Math.max(worst, difference);
    });
    // Another machine's sine may move an edge by one sample of nine.
    expect(sum / image.data.length).toBeLessThan(0.2);
    expect(worst).toBeLessThan(64);
  });
});

/** A lit, textured ball with a highlight behind a striped, half transparent pane. */
function referencePicture() {
  const checks = createImage(64, 32, 3);
  for (let i = 0; i < 64 * 32; i++)
    checks.data.set((((i % 64) >> 3) + (i >> 9)) % 2 === 0 ? [224, 172, 140] : [150, 80, 60], 3 * i);
  const stripes = createImage(8, 8, 4);
  for (let i = 0; i < 64; i++) stripes.data.set([40, 90, 160, i % 8 < 4 ? 200 : 0], 4 * i);
  const light = addDirectionalLight(constantLight(0.25, 0.28, 0.35), [-1, 1, 1.2], [0.8, 0.75, 0.65]);
  const view = { focal: 200, cx: 48, cy: 48 };
  const pane = Float32Array.of(0, 10, -80, 0, -26, -70, 26, -26, -90, 26, 10, -90);
  return renderScene(createSceneTarget(96, 96, { supersample: 3 }), {
    camera: view,
    light,
    parts: [
      {
        ...sphereMesh(48, 48, 40, [0, 0, -200]),
        texture: createTexture(checks),
        specular: { strength: 0.4, shininess: 40 },
      },
      { positions: pane, triangles: quad, uvs: corners, texture: createTexture(stripes), alpha: 'blend' },
    ],
  });
}

describe('compositeOver', () => {
  it('mixes in linear light', () => {
    const under = createImage(1, 1, 3);
    const over = createImage(1, 1, 4);
    under.data.set([255, 0, 0]);
    over.data.set([0, 0, 255, 255]);
    compositeOver(over, under, 0.5);
    expect([...under.data]).toEqual([188, 0, 188]);
    expect(() => {
      compositeOver(under, over);
    }).toThrow(/four channels over/);
  });
});
