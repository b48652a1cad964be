/**
 * Rewrites the last layer of a head regressor for another head model on the same mesh, so that it shows the
 * same heads with the new model's coefficients.
 *
 *     npx tsx tools/convert-networks/remap-regressor.ts --from-model <old head-model.safetensors> \
 *       --model assets/head-model.safetensors --network <old head-regressor.onnx> \
 *       --out assets/networks/head-regressor.onnx [--checkpoint <checkpoint.safetensors>]
 *
 * The network may also be a checkpoint of a training; the one that is written is for `rogue train … --from`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { decodeOnnx } from '../../src/graph/onnx/decode.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { clampExpression, evaluateVertices } from '../../src/model/evaluate.js';
import { modelFromTensors } from '../../src/model/model-file.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import type { Tensor } from '../../src/model/tensor-reader.js';
import { codeLayout, modelSizes, type CodePart } from '../../src/network/code.js';
import { cropFocal, cropReach } from '../../src/network/crop-camera.js';
import { exportRegressor } from '../../src/network/export-regressor.js';
import { importJudge, importRegressor } from '../../src/network/import-regressor.js';
import { regressors } from '../../src/network/regressor.js';
import { runConstants } from '../../src/node/training/run-constants.js';
import { readParameters } from '../../src/node/training/training-run.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { seededRandom } from '../build-head-model/random.js';
import { albedoMap, applyMap, geometryMap, headDifference, type AffineMap } from './code-map.js';

/** What raw numbers are multiplied by; as in `src/network/code.ts`. */
const EXPRESSION_SCALE = 0.5;
const SIDEWAYS_MM = 40;
const DEPTH_SCALE = 0.25;
/** Distance of the ordinary head from the crop's camera, mm. */
const ORDINARY_DISTANCE = cropFocal * cropReach - 35;

type Parameters = Record<string, Float32Array>;

/** A row of the last layer: weights, then the bias. */
type Row = Float64Array;

/** The last layer for another model. @param features width of the layer */
export function remapHead(
  parameters: Readonly<Parameters>,
  from: MorphableModel,
  to: MorphableModel,
  geometry: AffineMap,
  albedo: AffineMap,
): Parameters {
  const weight = parameters['head.weight']!;
  const bias = parameters['head.bias']!;
  const features = weight.length / bias.length;
  const before = codeLayout(modelSizes(from));
  const after = codeLayout(modelSizes(to));
  const rows = Array.from(bias, (value, k) =>
    Float64Array.of(...weight.subarray(k * features, (k + 1) * features), value),
  );
  let next = 0;
  const parts = Object.fromEntries(
    Object.entries(before).map(([part, size]) => [part, rows.slice(next, (next += size))]),
  ) as Record<CodePart, Row[]>;
  // Expressions in units, not in raw numbers.
  const units = parts.expression.map((row) => row.map((value) => EXPRESSION_SCALE * value));
  const heads = applyRows(geometry, [...parts.shape, ...units]);
  parts.shape = heads.slice(0, after.shape);
  parts.expression = heads
    .slice(after.shape, after.shape + after.expression)
    .map((row) => row.map((value) => value / EXPRESSION_SCALE));
  parts.albedo = applyRows(albedo, parts.albedo);
  // The head's origin moves as if it looked into the camera.
  const [x, y, z] = heads.slice(-3) as [Row, Row, Row];
  const moves = [
    x.map((value) => value / SIDEWAYS_MM),
    y.map((value) => value / SIDEWAYS_MM),
    z.map((value) => -value / ORDINARY_DISTANCE / DEPTH_SCALE),
  ];
  parts.translation = parts.translation.map((row, k) => row.map((value, i) => value + moves[k]![i]!));
  const all = Object.keys(after).flatMap((part) => parts[part as CodePart]);
  return {
    ...parameters,
    'head.weight': Float32Array.from(all.flatMap((row) => [...row.subarray(0, features)])),
    'head.bias': Float32Array.from(all, (row) => row[features]!),
  };
}

/** An affine map of rows; its offset goes to the bias. */
function applyRows({ inputs, outputs, matrix, offset }: AffineMap, rows: readonly Row[]): Row[] {
  const width = rows[0]!.length;
  return Array.from({ length: outputs }, (_, k) => {
    const out = new Float64Array(width);
    for (let j = 0; j < inputs; j++) {
      const share = matrix[k * inputs + j]!;
      if (share !== 0) rows[j]!.forEach((value, i) => (out[i]! += share * value));
    }
    out[width - 1]! += offset[k]!;
    return out;
  });
}

/** Differences of heads of plausible codes before and after, mm; means over the codes. */
function residuals(from: MorphableModel, to: MorphableModel, geometry: AffineMap, codes: number) {
  const random = seededRandom(17);
  const sum = { face: 0, landmarks: 0 };
  for (let i = 0; i < codes; i++) {
    const shape = Float32Array.from({ length: from.shape.count }, () => 0.7 * random.normal());
    const expression = new Float32Array(from.expression.count);
    for (let k = 0; k < 4; k++)
      expression[Math.floor(random.uniform() * expression.length)] = 0.6 * random.uniform();
    const mapped = applyMap(geometry, [...shape, ...expression]);
    const moved = mapped.slice(-3);
    const vertices = evaluateVertices(to, {
      shape: mapped.slice(0, to.shape.count),
      expression: clampExpression(to, Float32Array.from(mapped.slice(to.shape.count, -3))),
    }).map((value, k) => value + moved[k % 3]!);
    const { face, landmarks } = headDifference(
      from,
      to,
      evaluateVertices(from, { shape, expression }),
      vertices,
    );
    sum.face += face / codes;
    sum.landmarks += landmarks / codes;
  }
  return sum;
}

async function loadModelFile(path: string): Promise<MorphableModel> {
  return modelFromTensors(readSafetensors(await readFile(path)));
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { 'from-model': text, model: text, network: text, out: text, checkpoint: text },
  });
  const { 'from-model': fromModel, model, network, out, checkpoint } = values;
  if (!fromModel || !model || !network || !out) {
    console.error('remap-regressor: name --from-model, --model, --network and --out');
    process.exit(1);
  }
  const [from, to] = [await loadModelFile(fromModel), await loadModelFile(model)];
  if (from.albedo?.kind !== 'texture' || to.albedo?.kind !== 'texture')
    throw new Error('remap-regressor: both models need an albedo texture.');
  const config = regressors.fast;
  const file = await readFile(network);
  const isOnnx = network.endsWith('.onnx');
  const parameters = isOnnx ? importRegressor(config, modelSizes(from), file) : await readParameters(network);
  const judge = isOnnx ? importJudge(config, file) : {};
  const geometry = geometryMap(from, to);
  const { face, landmarks } = residuals(from, to, geometry, 50);
  console.log(
    `50 heads before and after: ${face.toFixed(2)} mm over the face, ${landmarks.toFixed(2)} mm at the 68`,
  );
  const mapped = remapHead(parameters, from, to, geometry, albedoMap(from.albedo, to.albedo));
  const description = isOnnx ? (decodeOnnx(file).description ?? '') : 'Head regressor.';
  await writeFile(
    out,
    await exportRegressor(
      config,
      modelSizes(to),
      { ...mapped, ...judge },
      {
        name: 'head-regressor',
        run: runConstants(nodeRuntime({ threads: 1 })),
        halfStorage: true,
        description: `${description} Last layer mapped to the head model of ${to.shape.count} shapes and ${to.expression.count} units.`,
      },
    ),
  );
  if (checkpoint) {
    const tensors = new Map<string, Tensor>(
      Object.entries(mapped).map(([name, data]) => [`parameters.${name}`, { shape: [data.length], data }]),
    );
    await writeFile(checkpoint, writeSafetensors(tensors));
  }
}

if (process.argv[1]?.endsWith('remap-regressor.ts') === true) await main();
