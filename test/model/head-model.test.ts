import { stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluatePoints, sphereCentre } from '../../src/model/evaluate.js';
import { arkitUnits, mirroredUnit } from '../../src/model/arkit-units.js';
import type { ModelPart, MorphableModel } from '../../src/model/morphable-model.js';
import { headVertexCount } from '../../src/model/head-and-bust.js';
import { loadModel } from '../../src/node/files/assets.js';

let model: MorphableModel;
let skin: ModelPart;
beforeAll(async () => {
  model = await loadModel();
  skin = model.parts[0]!;
});

/** Vertices of face and scalp; mouth cavity and eye sockets follow. */
const OUTER_SKIN = 3185;

const part = (name: string): ModelPart => model.parts.find((item) => item.name === name)!;

const meanOf = ({ firstVertex, vertexCount }: ModelPart): number[] => {
  const sum = [0, 0, 0];
  for (let i = firstVertex * 3; i < (firstVertex + vertexCount) * 3; i++)
    sum[i % 3]! += model.meanShape[i]! / vertexCount;
  return sum;
};

/**
 * Six times the volume that a surface encloses: positive when its triangles are counter-clockwise from
 * outside.
 */
function signedVolume({ triangles }: ModelPart, p: Float32Array, centre: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) =>
      [0, 1, 2].map((axis) => p[triangles[i + k]! * 3 + axis]! - centre[axis]!),
    ) as [number[], number[], number[]];
    sum +=
      a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) +
      a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!) +
      a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);
  }
  return sum;
}

describe('the head model that ships', () => {
  it('has the documented sizes', async () => {
    expect((await stat('assets/head-model.safetensors')).size).toBeLessThanOrEqual(20e6);
    expect([skin.vertexCount, skin.triangles.length / 3]).toEqual([7394, 14_784]);
    // The head's own vertices come before those of the bust.
    expect(headVertexCount(model)).toBe(6817);
    expect(model.parts.reduce((sum, part) => sum + part.triangles.length / 3, 0)).toBeLessThanOrEqual(20_000);
    expect(model.parts.find(({ name }) => name === 'teeth')!.triangles.length / 3).toBeLessThanOrEqual(1500);
    expect([model.shape.count, model.expression.count]).toEqual([120, 52]);
    expect([
      model.landmarks.mediapipe!.count,
      model.landmarks.ibug68!.count,
      model.landmarks.alignment5!.count,
    ]).toEqual([478, 68, 5]);
    expect(model.parts.map(({ name }) => name)).toEqual([
      'skin',
      'eyeRight',
      'eyeLeft',
      'teeth',
      'mouth',
      'lashes',
    ]);
    expect(model.metadata['licence']).toBe('CC0-1.0 AND MIT AND CC-BY-4.0');
    expect(model.metadata['notice']).toContain('USC Institute for Creative Technologies');
  });

  it('puts the tongue out of a jaw that opens, lower teeth with it', () => {
    const moved = (name: string): Float32Array => {
      const from = (model.expression.names.indexOf(name) * model.vertexCount + part('teeth').firstVertex) * 3;
      return model.expression.displacements.subarray(from, from + 3 * part('teeth').vertexCount);
    };
    const [open, out] = [moved('jawOpen'), moved('tongueOut')];
    let lower = 0;
    for (let i = 1; i < open.length; i += 3) {
      if (open[i]! > -5) continue;
      lower++;
      expect(out[i]! / open[i]!).toBeGreaterThan(0.2);
      expect(out[i]! / open[i]!).toBeLessThan(0.4);
    }
    expect(lower).toBeGreaterThan(100);
  });

  it('names its expressions as ARKit does', () => {
    expect(model.expression.names).toEqual([...arkitUnits]);
    expect([...model.expression.lower].every((value) => value === 0)).toBe(true);
    expect([...model.expression.upper].every((value) => value === 1)).toBe(true);
  });

  it('moves both sides alike', () => {
    const skinWidth = OUTER_SKIN * 3;
    const unit = (name: string) => {
      const from = model.expression.names.indexOf(name) * model.vertexCount * 3;
      return model.expression.displacements.subarray(from, from + skinWidth);
    };
    const size = (name: string) => Math.sqrt(unit(name).reduce((sum, value) => sum + value * value, 0));
    for (const name of model.expression.names) {
      expect(size(name), name).toBeGreaterThan(1);
      expect(size(mirroredUnit(name)) / size(name), name).toBeCloseTo(1, 2);
    }
  });

  it('lists the parts one after the other', () => {
    let next = 0;
    for (const { firstVertex, vertexCount } of model.parts) {
      expect(firstVertex).toBe(next);
      next += vertexCount;
    }
    expect(next).toBe(model.vertexCount);
  });

  it('has its origin between the eyeballs, the left eye at +x, the face towards +z, the crown up', () => {
    const right = sphereCentre(part('eyeRight'), model.meanShape);
    const left = sphereCentre(part('eyeLeft'), model.meanShape);
    for (let axis = 0; axis < 3; axis++) expect(Math.abs(right[axis]! + left[axis]!) / 2).toBeLessThan(0.1);
    expect(left[0]).toBeGreaterThan(25);
    expect(left[0]).toBeLessThan(40);
    const points = evaluatePoints(model.landmarks.ibug68!, model.meanShape);
    const at = (index: number, axis: number) => points[index * 3 + axis]!;
    expect(at(45, 0)).toBeGreaterThan(20);
    expect(at(36, 0)).toBeLessThan(-20);
    expect(at(30, 2)).toBeGreaterThan(at(27, 2));
    expect(at(8, 1)).toBeLessThan(at(57, 1));
    const heights = Array.from({ length: skin.vertexCount }, (_, i) => model.meanShape[i * 3 + 1]!);
    expect(Math.max(...heights)).toBeGreaterThan(80);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(350);
  });

  it('gives both irises to the eyes of their side', () => {
    const { vertices } = model.landmarks.mediapipe!;
    for (const [first, name] of [
      [468, 'eyeRight'],
      [473, 'eyeLeft'],
    ] as const) {
      const { firstVertex, vertexCount } = part(name);
      for (let i = first * 3; i < (first + 5) * 3; i++) {
        expect(vertices[i]).toBeGreaterThanOrEqual(firstVertex);
        expect(vertices[i]).toBeLessThan(firstVertex + vertexCount);
      }
    }
  });

  it('agrees with itself where the two landmark sets name the same places', () => {
    const ibug = evaluatePoints(model.landmarks.ibug68!, model.meanShape);
    const mesh = evaluatePoints(model.landmarks.mediapipe!, model.meanShape);
    const pairs = [
      [36, 33],
      [39, 133],
      [42, 362],
      [45, 263],
      [48, 61],
      [54, 291],
      [8, 152],
      [30, 1],
    ] as const;
    for (const [a, b] of pairs) {
      expect(
        Math.hypot(...[0, 1, 2].map((axis) => ibug[a * 3 + axis]! - mesh[b * 3 + axis]!)),
        `${a} and ${b}`,
        // Noses of scans end farther below the point that MediaPipe means.
      ).toBeLessThan(9);
    }
  });

  it('has triangles that face outwards', () => {
    const inside = meanOf;
    for (const name of ['eyeRight', 'eyeLeft', 'teeth'])
      expect(signedVolume(part(name), model.meanShape, inside(part(name))), name).toBeGreaterThan(0);
    const volume = signedVolume(skin, model.meanShape, inside(skin)) / 6e6;
    expect(volume).toBeGreaterThan(2);
    expect(volume).toBeLessThan(8);
    // The tip of the nose faces the camera.
    const p = model.meanShape;
    const towards = (triangles: Uint32Array, i: number): number => {
      const [a, b, c] = [0, 1, 2].map((k) => triangles[i + k]! * 3) as [number, number, number];
      return (p[b]! - p[a]!) * (p[c + 1]! - p[a + 1]!) - (p[b + 1]! - p[a + 1]!) * (p[c]! - p[a]!);
    };
    const { triangles } = skin;
    const tip = model.landmarks.ibug68!.vertices[30 * 3]!;
    for (let i = 0; i < triangles.length; i += 3)
      if (triangles.subarray(i, i + 3).includes(tip)) expect(towards(triangles, i)).toBeGreaterThan(0);
    // So do the gums, in front of a mouth that is open behind.
    const mouth = part('mouth');
    const depth = (v: number): number => p[v * 3 + 2]!;
    const own = [...new Set(mouth.triangles)].map(depth).sort((a, b) => b - a);
    const front = own[Math.floor(own.length / 10)]!;
    let facing = 0;
    let away = 0;
    for (let i = 0; i < mouth.triangles.length; i += 3) {
      if (!mouth.triangles.subarray(i, i + 3).every((v) => depth(v) > front)) continue;
      const area = towards(mouth.triangles, i);
      if (area > 0) facing += area;
      else away -= area;
    }
    expect(facing).toBeGreaterThan(5 * away);
  });

  it('has an atlas in which no triangle is flipped, flat, or drawn over another', () => {
    const { uvs, uvTriangles } = skin;
    const size = 1024;
    const taken = new Uint8Array(size * size);
    let mirrored = 0;
    let twice = 0;
    let covered = 0;
    for (let t = 0; t < uvTriangles.length; t += 3) {
      const [ax, ay, bx, by, cx, cy] = [0, 1, 2].flatMap((k) => [
        uvs[uvTriangles[t + k]! * 2]! * size,
        uvs[uvTriangles[t + k]! * 2 + 1]! * size,
      ]) as [number, number, number, number, number, number];
      const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
      // v points down, so what is counter-clockwise from outside has a negative area.
      if (area >= 0) mirrored++;
      for (let y = Math.floor(Math.min(ay, by, cy)); y <= Math.max(ay, by, cy); y++) {
        for (let x = Math.floor(Math.min(ax, bx, cx)); x <= Math.max(ax, bx, cx); x++) {
          const px = x + 0.5;
          const py = y + 0.5;
          const wa = ((bx - px) * (cy - py) - (cx - px) * (by - py)) / area;
          const wb = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) / area;
          if (wa < 1e-6 || wb < 1e-6 || wa + wb > 1 - 1e-6) continue;
          if (taken[y * size + x]++ === 0) covered++;
          else twice++;
        }
      }
    }
    expect(mirrored).toBe(0);
    expect(twice).toBe(0);
    expect(covered / size / size).toBeGreaterThan(0.6);
    for (const { uvs: own } of model.parts)
      for (const value of own) expect(value >= 0 && value <= 1).toBe(true);
  });

  it('has an atlas whose left and right halves mirror each other', () => {
    const { uvs, uvTriangles, triangles } = skin;
    const face = model.regions.get('face')!;
    let checked = 0;
    uvTriangles.forEach((uv, corner) => {
      const vertex = triangles[corner]!;
      const x = model.meanShape[vertex * 3]!;
      // The mouth's cavity has an island of its own below the skin's.
      if (face[vertex]! < 0.5 || Math.abs(x) < 5 || uvs[uv * 2 + 1]! > 0.86) return;
      checked++;
      expect(Math.sign(uvs[uv * 2]! - 0.5)).toBe(Math.sign(x));
    });
    expect(checked).toBeGreaterThan(1000);
  });

  it('has shape components of falling size, measured over the skin without mouth cavity and sockets', () => {
    const deviations = model.shape.standardDeviations;
    for (let k = 1; k < deviations.length; k++)
      expect(deviations[k]!).toBeLessThanOrEqual(deviations[k - 1]! * 1.001);
    const rms = Math.sqrt(
      model.shape.displacements.subarray(0, OUTER_SKIN * 3).reduce((sum, value) => sum + value * value, 0) /
        OUTER_SKIN,
    );
    expect(rms).toBeCloseTo(deviations[0]!, 3);
    expect(model.shape.displacements.length).toBe(120 * model.vertexCount * 3);
  });

  it('has regions within 0…1 that lie where their names say', () => {
    const mean = (name: string): number[] => {
      const mask = model.regions.get(name)!;
      const sum = [0, 0, 0];
      let total = 0;
      expect(mask.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
      mask.forEach((weight, v) => {
        total += weight;
        for (let axis = 0; axis < 3; axis++) sum[axis]! += weight * model.meanShape[v * 3 + axis]!;
      });
      return sum.map((value) => value / total);
    };
    for (const name of [
      'face',
      'nose',
      'mouth',
      'eyes',
      'brows',
      'forehead',
      'ears',
      'cheeks',
      'neck',
      'scalp',
    ])
      expect(Math.abs(mean(name)[0]!), name).toBeLessThan(1.5);
    expect(mean('mouth')[1]).toBeLessThan(mean('nose')[1]!);
    expect(mean('nose')[1]).toBeLessThan(mean('brows')[1]!);
    expect(mean('brows')[1]).toBeLessThan(mean('forehead')[1]!);
    expect(mean('neck')[1]).toBeLessThan(mean('mouth')[1]!);
    expect(mean('ears')[2]).toBeLessThan(mean('cheeks')[2]!);
    expect(Math.abs(mean('eyes')[1]!)).toBeLessThan(8);
  });
});
