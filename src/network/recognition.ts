import { recognitionNormalisation } from './recognition-view.js';
import { alignedSize, alignmentTemplate } from '../detect/alignment.js';
import { importOnnx } from '../graph/import/import.js';
import { constantLike } from '../graph/ops/constants.js';
import { bilinearSample } from '../graph/ops/sampling.js';
import { shapeError, stack, type Tensor } from '../graph/tensor.js';

/**
 * From aligned faces `[N, 3, 112, 112]`, sRGB −1…1, to embeddings `[N, D]` whose direction tells persons
 * apart.
 */
export type Embed = (aligned: Tensor) => Tensor;

/**
 * A recognition network as a traceable function; its weights are constants.
 * @param bytes an ONNX file with one input `[batch, 3, 112, 112]`, in the range of
 *   `recognitionNormalisation`, and one output
 * @throws Error of one line when it is no such network
 */
export function recognitionNetwork(bytes: Uint8Array): Embed {
  const network = importOnnx(bytes);
  const [input] = network.inputs;
  const [output] = network.outputs;
  if (
    network.inputs.length !== 1 ||
    network.outputs.length !== 1 ||
    input!.shape.slice(1).join() !== `3,${alignedSize},${alignedSize}`
  ) {
    throw new Error(
      `recognitionNetwork: expected one input [batch, 3, ${alignedSize}, ${alignedSize}] and one output, the file has ${network.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ')}; use assets/networks/recognition.onnx.`,
    );
  }
  // From −1…1 for 0…255 to the network's range.
  return (aligned) =>
    network.apply({ [input!.name]: aligned.mul(127.5 * recognitionNormalisation.gain) })[output!.name]!;
}

const centre = [0, 1].map((axis) =>
  [0, 1, 2, 3, 4].reduce((sum, k) => sum + alignmentTemplate[2 * k + axis]! / 5, 0),
) as [number, number];
const template = Float64Array.from(alignmentTemplate, (value, i) => value - centre[i % 2]!);
const grid = Float64Array.from({ length: 2 * alignedSize * alignedSize }, (_, i) => {
  const pixel = Math.floor(i / 2);
  return (i % 2 === 0 ? pixel % alignedSize : Math.floor(pixel / alignedSize)) + 0.5 - centre[i % 2]!;
});

/**
 * Where places of aligned faces lie in pictures: the inverse of `alignmentCrop`'s similarity.
 * @param points `[N, 5, 2]` of the model's `alignment5`, −1…1 across the picture
 * @param size of the picture, pixels
 * @param places `[P, 2]` pixels of the aligned face from the template's middle
 * @returns `[N, P, 2]` pixels
 */
export function alignedPlaces(points: Tensor, size: number, places: Tensor): Tensor {
  const pixels = points.add(1).mul(size / 2);
  const middle = pixels.mean(1, true);
  const spread = pixels.sub(middle);
  const wanted = constantLike(points, template, [5, 2]);
  // With z = (a + ib) / s the similarity from picture to template, its inverse is (c − id).
  const [x, y, u, v] = [spread.at(2, 0), spread.at(2, 1), wanted.at(1, 0), wanted.at(1, 1)];
  const a = u.mul(x).add(v.mul(y)).sum(1);
  const b = v.mul(x).sub(u.mul(y)).sum(1);
  const perSquare = spread.square().sum([1, 2]).div(a.square().add(b.square()));
  const c = a.mul(perSquare);
  const d = b.mul(perSquare);
  const inverse = stack([stack([c, d.neg()], 1), stack([d, c], 1)], 1);
  return places
    .expand([points.shape[0]!, ...places.shape])
    .matmul(inverse)
    .add(middle);
}

/**
 * Faces of pictures, aligned for recognition as `alignmentCrop` does. Differentiable in the picture and in
 * the points: through the points, what only moves, turns or enlarges the whole face leaves the result as it
 * is and so gets no gradient.
 *
 * @param image `[N, C, size, size]`, about as fine as the result: it is sampled bilinearly
 * @param points `[N, 5, 2]` of the model's `alignment5`, −1…1 across the picture
 * @returns `[N, C, 112, 112]`
 */
export function alignFaces(image: Tensor, points: Tensor): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  if (points.shape.join() !== `${batch},5,2` || height !== width)
    throw shapeError(
      'alignFaces',
      [image.shape, points.shape],
      'expected square images [N, C, S, S] and points [N, 5, 2]',
    );
  const places = alignedPlaces(points, width, constantLike(points, grid, [alignedSize * alignedSize, 2]));
  return bilinearSample(image, places)
    .transpose([0, 2, 1])
    .reshape([batch, channels, alignedSize, alignedSize]);
}
