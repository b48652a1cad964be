import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resultOf, resultSchema } from '../../src/fit/result.js';
import { rotationToEuler } from '../../src/math/rotation.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { exampleReconstruction } from './example-reconstruction.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

describe('resultOf', () => {
  it('holds what the schema says, in plain JSON', () => {
    const reconstruction = exampleReconstruction(model);
    const result = resultOf(model, reconstruction, { file: 'a/photo.jpg', node: '20.0.0' });
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(result.image).toEqual({ file: 'a/photo.jpg', width: 320, height: 240 });
    expect(result.coefficients.expression['jawOpen']).toBe(0.4);
    expect(Object.keys(result.coefficients.expression)).toEqual(model.expression.names);
    expect(result.seed).toBeNull();
    expect(result.versions).toMatchObject({ model: 'rogue-open-head 2', node: '20.0.0' });
  });

  it('tells of the hair, and of none', () => {
    const head = exampleReconstruction(model);
    expect(resultOf(model, head).hair).toBeNull();
    const ground = new Float32Array();
    const bald = {
      style: 'bald',
      length: 'bald',
      color: undefined,
      photoColor: undefined,
      sure: 1,
      ground,
      cards: undefined,
    } as const;
    expect(resultOf(model, { ...head, hair: bald }).hair).toEqual({
      style: 'bald',
      length: 'bald',
      color: null,
      sure: 1,
    });
    const brown = {
      ...bald,
      style: 'shaved',
      length: 'shaved',
      color: [0.1, 0.06, 0.04],
      photoColor: [0.2, 0.1, 0.05],
      sure: 0.456,
    } as const;
    expect(resultOf(model, { ...head, hair: brown }).hair).toMatchObject({
      color: [0.1, 0.06, 0.04],
      sure: 0.46,
    });
  });

  it('states the pose three times alike', () => {
    const { pose } = resultOf(model, exampleReconstruction(model));
    expect(pose.euler).toEqual({ order: 'YXZ', yaw: 10, pitch: -5, roll: 3 });
    const again = rotationToEuler(pose.rotation.flat());
    expect([again.yaw, again.pitch, again.roll].map((angle) => Number(angle.toFixed(2)))).toEqual([
      10, -5, 3,
    ]);
    expect(pose.translation).toEqual([10, -5, -900]);
  });

  it('refers to the original picture where the decoder shrank it', () => {
    const reconstruction = exampleReconstruction(model);
    const result = resultOf(model, reconstruction, { scale: 0.5, originalWidth: 640, originalHeight: 480 });
    expect(result.image).toMatchObject({ width: 640, height: 480, file: null });
    expect(result.camera).toEqual({ focal: 800, cx: 320, cy: 240 });
    expect(result.face.box).toEqual({ x: 200, y: 140, width: 200, height: 200 });
    expect(result.landmarks68[30]![0]).toBeCloseTo(reconstruction.landmarks68[60]! * 2, 1);
    expect(result.landmarks478[1]![1]).toBeCloseTo(reconstruction.landmarks478[3]! * 2, 1);
  });

  it('refuses numbers that are none', () => {
    const landmarks68 = new Float32Array(136).fill(NaN);
    expect(() => resultOf(model, exampleReconstruction(model, { landmarks68 }))).toThrow(
      /resultOf: landmarks68\.0\.0: .*report/,
    );
  });

  it('has its JSON Schema in docs/ (npx tsx tools/write-schemas.ts)', async () => {
    const written: unknown = JSON.parse(
      await readFile(new URL('../../docs/result.schema.json', import.meta.url), 'utf8'),
    );
    expect(written).toEqual(z.toJSONSchema(resultSchema));
  });
});
