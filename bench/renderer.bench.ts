import { createRandom } from '../src/data/random.js';
import { splitAt } from '../src/graph/compile.js';
import { valueAndGrad } from '../src/graph/gradient.js';
import type { Tensor } from '../src/graph/tensor.js';
import { spec, type SpecTree } from '../src/graph/trace.js';
import { perceptualLoss } from '../src/loss/perceptual-loss.js';
import { photometricLoss } from '../src/loss/photometric-loss.js';
import { codeLayout, codeSize, decodeCode, modelSizes } from '../src/network/code.js';
import { headPoints, posePoints, projectToCrop } from '../src/network/head-points.js';
import { alignFaces, recognitionNetwork, type Embed } from '../src/network/recognition.js';
import {
  drawOver,
  photoAt,
  skinRenderer,
  skinScene,
  skinVertices,
  type SkinPixelTensors,
} from '../src/network/skin-renderer.js';
import { assetFiles, loadModel, readAsset } from '../src/node/files/assets.js';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { skinSurface, type SkinSurface } from '../src/render/skin-surface.js';
import { nodeRuntime } from '../src/runtime/node.js';
import type { HostTensor, Session } from '../src/runtime/session.js';
import { cpuTarget } from '../src/runtime/target.js';
import { skinPictureDefaults, skinPixelsOf, skinPixelSpecs } from '../src/train/skin-host.js';
import { medianTime, type Benchmark, type Measure } from './benchmark.js';

const batch = 16;
const { size } = skinPictureDefaults;
const runtime = nodeRuntime({ optimize: false });
interface Inputs {
  readonly parameters: { readonly raw: Tensor };
  readonly photo: Tensor;
  readonly embedding: Tensor;
  readonly pixels: SkinPixelTensors;
}

/** Codes to photometric loss and its gradient, with the perceptual loss if there is a network for it. */
async function step(
  model: MorphableModel,
  surface: SkinSurface,
  embed: Embed | undefined,
): Promise<{ graph: ReturnType<typeof splitAt>; forward: Session; backward: Session }> {
  const layout = codeLayout(modelSizes(model));
  const head = skinVertices(model);
  const five = headPoints(model, model.landmarks.alignment5!);
  const draw = skinRenderer(surface, size);
  const specs = {
    parameters: { raw: spec([batch, codeSize(layout)]) },
    photo: spec([batch, 3, size, size]),
    embedding: spec([batch, 192]),
    pixels: skinPixelSpecs(batch, skinPictureDefaults),
  };
  const fn = ({ parameters, photo, embedding, pixels }: Inputs) => {
    const { value, grad, extra } = valueAndGrad((p: { raw: Tensor }) => {
      const code = decodeCode(layout, p.raw);
      const vertices = posePoints(code, head.positions(code));
      const colours = draw(skinScene(vertices, code), pixels);
      const photometric = photometricLoss(colours, photoAt(photo, pixels), pixels.weight);
      if (!embed) return { value: photometric, extra: { vertices } };
      const aligned = alignFaces(
        drawOver(photo, colours, pixels),
        projectToCrop(posePoints(code, five.positions(code))),
      );
      return { value: photometric.add(perceptualLoss(embed(aligned), embedding)), extra: { vertices } };
    })(parameters);
    return { value, grad, vertices: extra.vertices };
  };
  const later = ['photo', 'embedding', ...Object.keys(specs.pixels).map((name) => `pixels.${name}`)];
  const graph = splitAt(fn as never, specs as unknown as SpecTree, ['vertices'], later, {
    target: await cpuTarget(runtime),
  });
  return {
    graph,
    forward: await runtime.createSession(graph.forward.model),
    backward: await runtime.createSession(graph.backward.model),
  };
}

async function* run(): AsyncGenerator<Measure> {
  const model = await loadModel();
  const surface = skinSurface(model);
  const random = createRandom(1);
  const measure = (name: string, value: number): Measure => ({ name, value, unit: 'ms', ok: true });
  const normal = (dims: readonly number[], deviation: number): HostTensor => ({
    dims,
    data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal(0, deviation)),
  });
  const given: Record<string, HostTensor> = {
    'parameters.raw': normal([batch, codeSize(codeLayout(modelSizes(model)))], 0.3),
    photo: normal([batch, 3, size, size], 0.4),
    embedding: normal([batch, 192], 1),
  };
  const plain = await step(model, surface, undefined);
  const recognition = recognitionNetwork(await readAsset(assetFiles.recognitionTeacher));
  const perceptual = await step(model, surface, recognition);
  const feeds = (
    inputs: readonly { readonly name: string }[],
    from: Record<string, HostTensor>,
  ): Record<string, HostTensor> => Object.fromEntries(inputs.map(({ name }) => [name, from[name]!]));
  const toPixels = skinPixelsOf(surface, skinPictureDefaults);
  const outputs = await plain.forward.run(feeds(plain.graph.forward.inputs, given));
  const pixels = toPixels(outputs['vertices']!);
  yield measure(
    `vertices of ${batch} skins`,
    await medianTime(() => plain.forward.run(feeds(plain.graph.forward.inputs, given))),
  );
  yield measure(
    `rasterising them at ${size}², on the host`,
    await medianTime(() => {
      toPixels(outputs['vertices']!);
    }),
  );
  for (const [name, { graph, forward, backward }] of [
    ['', plain],
    [' and perceptual loss', perceptual],
  ] as const) {
    const handed = await forward.run(feeds(graph.forward.inputs, given));
    const all = feeds(graph.backward.inputs, { ...given, ...handed, ...pixels });
    yield measure(
      `drawing, photometric${name || ' loss'}, gradients`,
      await medianTime(() => backward.run(all), { repetitions: 9 }),
    );
  }
  for (const { forward, backward } of [plain, perceptual])
    await Promise.all([forward.release(), backward.release()]);
}

export default { name: 'renderer', run } satisfies Benchmark;
