import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { splitAt } from '../../src/graph/compile.js';
import { valueAndGrad } from '../../src/graph/gradient.js';
import { constant, type Tensor } from '../../src/graph/tensor.js';
import { spec, type SpecTree, type TensorTree } from '../../src/graph/trace.js';
import { landmarkLoss } from '../../src/loss/landmark-loss.js';
import { photometricLoss } from '../../src/loss/photometric-loss.js';
import { regularizationLoss } from '../../src/loss/regularization.js';
import { transformPoints } from '../../src/math/camera.js';
import { multiplyRotations, transposeRotation } from '../../src/math/rotation.js';
import { evaluateAlbedo } from '../../src/model/albedo-modes.js';
import { headTriangles } from '../../src/model/head-and-bust.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { codeLayout, codeSize, decodeCode, modelSizes, type CodePart } from '../../src/network/code.js';
import { cropFocal, cropReach } from '../../src/network/crop-camera.js';
import { headPoints, posePoints, projectToCrop } from '../../src/network/head-points.js';
import {
  drawOver,
  photoAt,
  skinRenderer,
  skinScene,
  skinVertices,
  type SkinPixelTensors,
} from '../../src/network/skin-renderer.js';
import { loadModel } from '../../src/node.js';
import { skinTexture } from '../../src/render/head-parts.js';
import { createSceneTarget, renderScene } from '../../src/render/scene.js';
import { skinSurface, type SkinSurface } from '../../src/render/skin-surface.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import type { HostTensor } from '../../src/runtime/session.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { skinPixelsOf, skinPixelSpecs } from '../../src/train/skin-host.js';
import type { SplitGraphs } from '../../src/train/step-graph.js';
import { createTrainer } from '../../src/train/trainer.js';
import { computeAll, integers, wave } from '../graph/ops/compute.js';
import { tinySkinBatch } from './tiny-skin.js';

const picture = { size: 112, capacity: 8192 };
const { size } = picture;
const freeShape = 8;
const runtime = nodeRuntime({ threads: 1, optimize: false });
let model: MorphableModel;
let surface: SkinSurface;
beforeAll(async () => {
  model = await loadModel();
  surface = skinSurface(model);
});

interface Inputs {
  readonly parameters: { readonly raw: Tensor };
  readonly photo: Tensor;
  readonly points: Tensor;
  readonly pixels: SkinPixelTensors;
}

/** Fits one raw code to a photo and, with a weight, to landmarks. */
function fittingGraphs(landmarkWeight: number): SplitGraphs {
  const layout = codeLayout(modelSizes(model));
  const draw = skinRenderer(surface, size);
  const head = skinVertices(model);
  const marks = headPoints(model, model.landmarks.ibug68!);
  const free = constant(
    Float32Array.from({ length: codeSize(layout) }, (_, i) => (i < freeShape || i >= layout.shape ? 1 : 0)),
  );
  const specs = {
    parameters: { raw: spec([1, codeSize(layout)]) },
    photo: spec([1, 3, size, size]),
    points: spec([1, 68, 2]),
    pixels: skinPixelSpecs(1, picture),
  };
  const step = ({ parameters, photo, points, pixels }: Inputs): TensorTree => {
    const { value, grad, extra } = valueAndGrad((p: { raw: Tensor }) => {
      const code = decodeCode(layout, p.raw.mul(free));
      const positions = head.positions(code);
      const vertices = posePoints(code, positions);
      const colours = draw(skinScene(vertices, code), pixels);
      const seen = projectToCrop(posePoints(code, marks.positions(code)));
      const photometric = photometricLoss(colours, photoAt(photo, pixels), pixels.weight);
      const landmarks = landmarkLoss(seen, points, constant(new Float32Array(68).fill(1)), 0.003);
      const { rotation, translation, albedo, light } = code;
      return {
        value: photometric.add(landmarks.mul(landmarkWeight)).add(regularizationLoss(code).mul(1e-5)),
        extra: { vertices, positions, colours, seen, photometric, rotation, translation, albedo, light },
      };
    })(parameters);
    const { vertices, ...others } = extra;
    return { value, grad, vertices, extra: others };
  };
  const later = ['photo', 'points', ...Object.keys(specs.pixels).map((name) => `pixels.${name}`)];
  const toPixels = skinPixelsOf(surface, picture);
  const { forward, backward } = splitAt(step as never, specs as unknown as SpecTree, ['vertices'], later);
  return { forward, backward, host: (outputs) => toPixels(outputs['vertices']!) };
}

type Seen = Record<string, Float32Array>;
const batchOf = (photo: Float32Array, points: Float32Array): Record<string, HostTensor> => ({
  photo: { dims: [1, 3, size, size], data: photo },
  points: { dims: [1, 68, 2], data: points },
});

/** Steps of Adam from a raw code; what the last one saw. */
async function fit(
  graphs: SplitGraphs,
  raw: Float32Array,
  batch: Record<string, HostTensor>,
  steps: number,
): Promise<Seen> {
  const trainer = await createTrainer(
    runtime,
    graphs,
    { raw },
    {
      optimizer: adamDefaults,
      learningRate: { kind: 'cosine', learningRate: steps > 1 ? 0.04 : 0, steps, warmUp: 0 },
    },
  );
  try {
    for (let i = 1; i < steps; i++) await trainer.step(batch);
    const { extra } = await trainer.step(batch);
    return Object.fromEntries(
      Object.entries(extra).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
    );
  } finally {
    await trainer.release();
  }
}

function example(): { truth: Float32Array; start: Float32Array } {
  const layout = codeLayout(modelSizes(model));
  const random = createRandom(1);
  const truth = new Float32Array(codeSize(layout));
  const parts = Object.keys(layout) as CodePart[];
  const at = (part: CodePart): number =>
    parts.slice(0, parts.indexOf(part)).reduce((sum, before) => sum + layout[before], 0);
  for (let i = 0; i < freeShape; i++) truth[i] = random.normal();
  truth[at('expression') + 3] = 0.8;
  truth[at('expression') + 10] = 0.6;
  for (let i = 0; i < 3; i++) truth[at('albedo') + i] = random.normal(0, 0.5);
  // From above and one side.
  for (let channel = 0; channel < 3; channel++)
    [0, 0, 1.2, 0.8, 0, 0.1, 0, 0.1, 0].forEach((value, k) => {
      truth[at('light') + 9 * channel + k] = value * (1 - 0.1 * channel);
    });
  truth.set([0, 0.1, 0.3, 0, 0, -0.2], at('rotation'));
  truth[at('translation')] = 0.1;
  const start = new Float32Array(truth.length);
  start.set(
    truth.subarray(at('rotation'), at('rotation') + 6).map((value) => value / 2),
    at('rotation'),
  );
  start.set([-0.02, 0.08, 0.05], at('translation'));
  return { truth, start };
}

/** What the host's renderer draws of the same numbers, 8 bits. */
function hostRendering(
  { positions, rotation, translation, light, albedo }: Seen,
  supersample: number,
): Uint8Array | Uint8ClampedArray {
  const skin = model.parts[0]!;
  const head = headTriangles(model);
  const posed = transformPoints(rotation!, translation!, positions!, new Float32Array(positions!.length));
  return renderScene(createSceneTarget(size, size, { supersample }), {
    camera: { focal: (cropFocal * size) / 2, cx: size / 2, cy: size / 2 },
    light: light!,
    parts: [
      {
        positions: posed,
        triangles: head.triangles,
        texture: skinTexture(
          evaluateAlbedo(model.albedo as TextureAlbedo, albedo!),
          (model.albedo as TextureAlbedo).meanSize,
        ),
        uvs: skin.uvs,
        uvTriangles: head.uvTriangles,
      },
    ],
  }).data;
}

/** Channels first, −1…1. */
const viewOf = (rgba: ArrayLike<number>): Float32Array =>
  Float32Array.from(
    { length: 3 * size * size },
    (_, i) => rgba[4 * (i % (size * size)) + Math.floor(i / (size * size))]! / 127.5 - 1,
  );

function errors(
  found: Seen,
  truth: Seen,
): { vertices: number; rotation: number; sideways: number; landmarks: number } {
  const distance = (name: string, dimensions: number, points: ArrayLike<number>): number =>
    Array.from(points, (p) =>
      Math.hypot(
        ...Array.from(
          { length: dimensions },
          (_, k) => found[name]![dimensions * p + k]! - truth[name]![dimensions * p + k]!,
        ),
      ),
    ).reduce((a, b) => a + b) / points.length;
  const turn = multiplyRotations(found['rotation']!, transposeRotation(truth['rotation']!));
  return {
    vertices: distance('positions', 3, surface.painted),
    rotation: (Math.acos(Math.min(1, (turn[0]! + turn[4]! + turn[8]! - 1) / 2)) * 180) / Math.PI,
    sideways: distance('translation', 2, [0]),
    landmarks:
      distance(
        'seen',
        2,
        Array.from({ length: 68 }, (_, i) => i),
      ) * cropReach,
  };
}

describe('skinRenderer', () => {
  it('draws what the host draws', async () => {
    const graphs = fittingGraphs(0);
    const blank = batchOf(new Float32Array(3 * size * size), new Float32Array(136));
    const seen = await fit(graphs, example().truth, blank, 1);
    const vertices = transformPoints(
      seen['rotation']!,
      seen['translation']!,
      seen['positions']!,
      new Float32Array(seen['positions']!.length),
    );
    const pixels = skinPixelsOf(surface, picture)({ dims: [1, surface.vertexCount, 3], data: vertices });
    const expected = hostRendering(seen, 1);
    const place = pixels['pixels.place']!.data as Int32Array;
    const weight = pixels['pixels.weight']!.data as Float32Array;
    const differences: number[] = [];
    for (let i = 0; i < place.length; i++)
      if (weight[i] === 1)
        for (let k = 0; k < 3; k++)
          differences.push(
            Math.abs(
              Math.min(255, (seen['colours']![3 * i + k]! + 1) * 127.5) - expected[4 * place[i]! + k]!,
            ),
          );
    differences.sort((a, b) => a - b);
    // Rounding to 8 bits alone is 0.25; what remains is the modes of the albedo between the corners of
    // triangles, at brows and lips above all, and mip levels.
    expect(differences.length).toBeGreaterThan(3 * 4500);
    expect(differences.reduce((a, b) => a + b) / differences.length).toBeLessThan(0.5);
    expect(differences[Math.floor(0.99 * differences.length)]).toBeLessThan(6);
  });

  it('recovers pose, shape, albedo and light from a picture, most closely with landmarks', async () => {
    const { truth, start } = example();
    const blank = batchOf(new Float32Array(3 * size * size), new Float32Array(136));
    const known = await fit(fittingGraphs(0), truth, blank, 1);
    const batch = batchOf(viewOf(hostRendering(known, 2)), known['seen']!);
    const before = await fit(fittingGraphs(0), start, batch, 1);
    const alone = await fit(fittingGraphs(0), start, batch, 90);
    const guided = await fit(fittingGraphs(1), start, batch, 150);
    expect(errors(before, known)).toMatchObject({
      vertices: expect.closeTo(3.6, 0),
      rotation: expect.closeTo(5.3, 0),
      landmarks: expect.closeTo(6.8, 0),
    });
    const found = errors(alone, known);
    const held = errors(guided, known);
    // Colours alone: 120 components of shape make up for some of a wrong turn.
    expect(found.vertices).toBeLessThan(2.4);
    expect(found.rotation).toBeLessThan(1.8);
    expect(found.sideways).toBeLessThan(0.8);
    expect(found.landmarks).toBeLessThan(1.4);
    // The size of a head and its distance cannot be told apart by so long a lens: half a millimetre of shape
    // remains.
    expect(held.vertices).toBeLessThan(0.9);
    expect(held.rotation).toBeLessThan(0.6);
    expect(held.sideways).toBeLessThan(0.2);
    expect(held.landmarks).toBeLessThan(0.2);
    expect(guided['photometric']![0]!).toBeLessThan(before['photometric']![0]! / 30);
  });
});

describe('drawOver', () => {
  it('shows the drawn colours where the skin is and the photo elsewhere', () => {
    const side = 12;
    const room = 60;
    const { pixels } = tinySkinBatch(side, room);
    const photo = wave([2, 3, side, side]);
    const colours = wave([2, room, 3], 5);
    const { drawn, there } = computeAll(
      {
        photo,
        colours,
        place: integers([2, room], pixels.place),
        slot: integers([2, side * side], pixels.slot),
      },
      ({ photo: picture, colours: skin, place, slot }) => ({
        drawn: drawOver(picture, skin, { slot }),
        there: photoAt(picture, { place }),
      }),
    );
    const at = (face: number, channel: number, place: number): number =>
      (face * 3 + channel) * side * side + place;
    let covered = 0;
    for (const face of [0, 1])
      for (const channel of [0, 1, 2]) {
        for (let place = 0; place < side * side; place++) {
          const slot = pixels.slot[face * side * side + place]!;
          const expected =
            slot < 0
              ? photo.values[at(face, channel, place)]!
              : colours.values[(face * room + slot) * 3 + channel]!;
          expect(drawn![at(face, channel, place)]).toBeCloseTo(expected, 6);
          if (slot >= 0) covered++;
        }
        for (let i = 0; i < room; i++)
          expect(there![(face * room + i) * 3 + channel]).toBeCloseTo(
            photo.values[at(face, channel, pixels.place[face * room + i]!)]!,
            6,
          );
      }
    expect(covered).toBeGreaterThan(100);
  });
});
