import { describe, expect, it } from 'vitest';
import { parsingClasses, parsingLabels } from '../../src/network/parsing/parsing-classes.js';
import { createRandom } from '../../src/data/random.js';
import { cropToImage } from '../../src/detect/crop.js';
import { evaluateReference } from '../../src/graph/reference.js';
import { constant, type Tensor } from '../../src/graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../../src/graph/trace.js';
import { fillTree, flattenTree } from '../../src/graph/tree.js';
import { createImage } from '../../src/math/image.js';
import { mirrorRows } from '../../src/math/mirror-rows.js';
import { exportParser } from '../../src/network/parsing/export-parser.js';
import { hairLook, hairWordParameters, tellsHair } from '../../src/network/parsing/hair-words.js';
import { importParser } from '../../src/network/parsing/import-parser.js';
import {
  createFaceParser,
  likeliestLabels,
  likelihoodOf,
  parserCrop,
  type FaceParsing,
} from '../../src/network/parsing/face-parser.js';
import {
  initialParser,
  parse,
  parserConfig,
  parserParameters,
  parserSize,
  type ParserConfig,
} from '../../src/network/parsing/parser.js';
import type { LayerTree } from '../../src/network/resnet.js';
import { runConstants } from '../../src/node/training/run-constants.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';

const tiny: ParserConfig = {
  size: 32,
  backbone: { depths: [1, 1], widths: [16, 32], bottleneck: false, stem: 5 },
  widths: [32, 16],
};
const one = nodeRuntime({ threads: 1 });

/** Filters far from the start, so that every layer counts. */
function tinyParameters(): Record<string, Float32Array> {
  const random = createRandom('tiny parser');
  const parameters = initialParser(tiny, random);
  return Object.fromEntries(
    Object.entries(parameters).map(([path, values]) => [
      path,
      values.map((value) => value + 0.1 * random.normal()),
    ]),
  );
}

function tinyWords(): Record<string, Float32Array> {
  const random = createRandom('words');
  return Object.fromEntries(
    flattenTree<TensorSpec>(hairWordParameters(tiny), isSpec).map(([path, { shape }]) => [
      path,
      new Float32Array(shape.reduce((product, side) => product * side, 1)).map(() => random.normal()),
    ]),
  );
}

describe('hairLook', () => {
  it('is the mean and the deviation of features over hair, then over skin, stage by stage', () => {
    // Hair is the upper half, skin the lower one; features are one number per row.
    const side = 16;
    const logits = Float32Array.from({ length: 4 * side * side }, (_, i) => {
      const [label, row] = [Math.floor(i / side ** 2), Math.floor((i % side ** 2) / side)];
      return label === (row < side / 2 ? parsingLabels.hair : parsingLabels.skin) ? 30 : 0;
    });
    const stage = (size: number): Float32Array =>
      Float32Array.from({ length: size * size }, (_, i) => Math.floor(i / size) + 1);
    const sizes = [8, 4, 2];
    const square = (size: number) => spec([1, 1, size, size]);
    const { look } = evaluateReference(
      ({ classes, a, b, c }) => ({ look: hairLook({ classes, pyramid: [a, a, b, c] }) }),
      { classes: spec([1, 4, side, side]), a: square(8), b: square(4), c: square(2) },
      { classes: logits, a: stage(8), b: stage(4), c: stage(2) },
    );
    const expected = [parsingLabels.hair, parsingLabels.skin].flatMap((_, lower) =>
      sizes.flatMap((size) => {
        const rows = Array.from({ length: size / 2 }, (_, k) => k + 1 + (lower * size) / 2);
        const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
        const variance = rows.reduce((sum, row) => sum + (row - mean) ** 2, 0) / rows.length;
        return [mean, Math.sqrt(variance)];
      }),
    );
    expect(look).toHaveLength(expected.length);
    expected.forEach((value, k) => {
      expect(Math.abs(look![k]! - value)).toBeLessThan(0.08);
    });
  });
});

async function classesOf(file: Uint8Array, image: Float32Array): Promise<Float32Array> {
  const session = await one.createSession(file);
  const outputs = await session.run({ image: { dims: [1, 3, 32, 32], data: image } });
  await session.release();
  return floatOutput(outputs, 'classes');
}

describe('importParser', () => {
  const options = { name: 'parser', run: runConstants(one) };

  it('reads back what exportParser wrote: the same network', async () => {
    const image = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => Math.sin(0.7 * k));
    const file = await exportParser(tiny, tinyParameters(), options);
    const again = await exportParser(tiny, importParser(tiny, file), options);
    const [before, after] = [await classesOf(file, image), await classesOf(again, image)];
    expect(Math.max(...before.map((value, k) => Math.abs(value - after[k]!)))).toBeLessThan(1e-4);
  });

  it('reads what a network tells of hair as well', async () => {
    const parameters = { ...tinyParameters(), ...tinyWords() };
    const again = importParser(tiny, await exportParser(tiny, parameters, options));
    for (const [path, values] of Object.entries(tinyWords()))
      expect(Math.max(...values.map((value, k) => Math.abs(value - again[path]![k]!)))).toBeLessThan(1e-6);
    expect(tellsHair(importParser(tiny, await exportParser(tiny, tinyParameters(), options)))).toBe(false);
  });

  it('denies a network of other layers in one line', async () => {
    const file = await exportParser(tiny, tinyParameters(), options);
    expect(() => importParser(parserConfig, file)).toThrow(
      /^the file is no face parser of this kind: .*"rogue export" wrote$/,
    );
  });
});

describe('the parser', () => {
  it('fits into two megabytes of 16-bit weights', () => {
    expect(2 * parserSize(parserConfig)).toBeLessThan(2e6);
  });

  it('as a file says what its graph says, as likelihoods that sum to one', async () => {
    const parameters = tinyParameters();
    const image = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, k) => Math.sin(0.7 * k));
    const specs = parserParameters(tiny);
    const tree = (): LayerTree<Tensor> =>
      fillTree<TensorSpec, Tensor>(
        specs,
        isSpec,
        flattenTree<TensorSpec>(specs, isSpec).map(([name, { shape }]) => constant(parameters[name]!, shape)),
      ) as LayerTree<Tensor>;
    const { logits } = evaluateReference(
      ({ x }) => ({ logits: parse(tiny, tree(), x!).classes }),
      { x: spec([2, 3, 32, 32]) },
      { x: image },
    );
    const file = await exportParser(tiny, parameters, { name: 'parser', run: runConstants(one) });
    const session = await one.createSession(file);
    const outputs = await session.run({ image: { dims: [2, 3, 32, 32], data: image } });
    await session.release();
    expect(Object.keys(outputs)).toEqual(['classes']);
    const classes = floatOutput(outputs, 'classes');
    const plane = 16 * 16;
    expect(classes.length).toBe(2 * parsingClasses.length * plane);
    for (const [view, at] of [
      [0, 0],
      [1, 37],
      [1, 255],
    ] as const) {
      const index = (k: number): number => (view * parsingClasses.length + k) * plane + at;
      const powers = parsingClasses.map((_, k) => Math.exp(logits![index(k)]!));
      const sum = powers.reduce((a, b) => a + b);
      powers.forEach((power, k) => {
        expect(classes[index(k)]).toBeCloseTo(power / sum, 4);
      });
    }
  });

  it('sees a face in its crop', async () => {
    const file = await exportParser(tiny, tinyParameters(), { name: 'parser', run: runConstants(one) });
    const parser = await createFaceParser(one, file);
    const box = { x: 20, y: 30, width: 40, height: 40 };
    const parsing = await parser.parse(createImage(100, 100, 3), box, 12);
    expect(parsing.crop).toEqual(parserCrop(box, 12, 32));
    expect(parsing.size).toBe(16);
    await parser.release();
  });

  it('sees the mirror image of a face as the mirror image of what it sees', async () => {
    const parameters = { ...tinyParameters(), ...tinyWords() };
    const file = await exportParser(tiny, parameters, { name: 'parser', run: runConstants(one) });
    const parser = await createFaceParser(one, file);
    const photoOf = (mirrored: boolean) => {
      const photo = createImage(100, 100, 3);
      photo.data.forEach((_, i) => {
        const [column, row, channel] = [Math.floor(i / 3) % 100, Math.floor(i / 300), i % 3];
        const x = mirrored ? 99 - column : column;
        photo.data[i] = 128 + 100 * Math.sin(0.2 * x + 0.1 * row + channel) * Math.cos(0.05 * x * row);
      });
      return photo;
    };
    const box = { x: 20, y: 30, width: 40, height: 40 };
    const direct = await parser.parse(photoOf(false), box, 12);
    const mirrored = await parser.parse(photoOf(true), { ...box, x: 40 }, -12);
    mirrorRows(mirrored.classes, mirrored.size);
    const difference = (a: Float32Array, b: Float32Array): number =>
      Math.max(...a.map((likelihood, at) => Math.abs(likelihood - b[at]!)));
    expect(difference(direct.classes, mirrored.classes)).toBeLessThan(1e-4);
    for (const words of ['lengths', 'curls', 'tones'] as const)
      expect(difference(direct.hair![words], mirrored.hair![words])).toBeLessThan(1e-4);
    await parser.release();
  });

  it('refuses other networks in one line', async () => {
    await expect(createFaceParser(one, new Uint8Array([1, 2, 3]))).rejects.toThrow(/^[^\n]+$/);
  });
});

describe('likelihoodOf', () => {
  const crop = parserCrop({ x: 60, y: 40, width: 50, height: 50 }, 30, 192);
  const size = 96;
  const plane = size * size;
  const classes = new Float32Array(parsingClasses.length * plane);
  // Covers grow from left to right, hair from top to bottom.
  for (let at = 0; at < plane; at++) {
    classes[parsingLabels.cover * plane + at] = ((at % size) + 0.5) / size;
    classes[parsingLabels.hair * plane + at] = (Math.floor(at / size) + 0.5) / size;
  }
  const parsing: FaceParsing = { crop, size, classes };

  it('reads the maps where the crop saw them', () => {
    for (const [u, v] of [
      [96, 96],
      [20, 150],
      [171, 33],
    ] as const) {
      const [x, y] = cropToImage(crop, u, v);
      expect(likelihoodOf(parsing, 'cover')(x, y)).toBeCloseTo(u / 192, 5);
      expect(likelihoodOf(parsing, 'hair')(x, y)).toBeCloseTo(v / 192, 5);
    }
  });

  it('knows nothing beyond the crop', () => {
    expect(likelihoodOf(parsing, 'cover')(-500, 0)).toBe(0);
    expect(likelihoodOf(parsing, 'cover', 1)(-500, 0)).toBe(1);
  });

  it('is largest for the likeliest label', () => {
    const labels = likeliestLabels(parsing);
    expect(labels[95]).toBe(parsingLabels.cover);
    expect(labels[95 * size]).toBe(parsingLabels.hair);
  });
});
