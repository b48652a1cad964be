import { Tensor, shapeError, stack } from '../tensor.js';
import { range } from './constants.js';

/**
 * Reads images between their pixels by linear interpolation; outside the outermost pixel centres the border
 * value continues. Differentiable in the images and in the points (with zero gradient where a point lies
 * outside).
 * @param image `[B, C, H, W]`
 * @param points `[B, P, 2]` as (x, y) in pixels, x right and y down, the first pixel's centre at (0.5, 0.5)
 * @returns `[B, P, C]`
 */
export function bilinearSample(image: Tensor, points: Tensor): Tensor {
  if (image.rank !== 4 || points.rank !== 3 || points.shape[2] !== 2 || points.shape[0] !== image.shape[0]) {
    throw shapeError(
      'bilinearSample',
      [image.shape, points.shape],
      'expected an image [B, C, H, W] and points [B, P, 2]',
    );
  }
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const x = neighbours(points.at(2, 0), width);
  const y = neighbours(points.at(2, 1), height);
  const row = range(batch, height).unsqueeze(1);
  const above = y.before.add(row).mul(width);
  const below = y.after.add(row).mul(width);
  const corners = stack([above.add(x.before), above.add(x.after), below.add(x.before), below.add(x.after)]);
  // Pixels as rows of channels: one selection fetches all four neighbours, and its gradient is one scatter.
  const pixels = image.transpose([0, 2, 3, 1]).reshape([batch * height * width, channels]);
  const farX = x.share;
  const nearX = farX.mul(-1).add(1);
  const farY = y.share;
  const nearY = farY.mul(-1).add(1);
  const shares = stack([nearY.mul(nearX), nearY.mul(farX), farY.mul(nearX), farY.mul(farX)]);
  return pixels.take(corners, 0).mul(shares.unsqueeze(-1)).sum(0);
}

/**
 * The pixel at or before a position along an axis, the next one (the same at the border), and the share of
 * that one.
 */
function neighbours(position: Tensor, size: number): { before: Tensor; after: Tensor; share: Tensor } {
  const inside = position.sub(0.5).clamp(0, size - 1);
  const floor = inside.floor();
  const before = floor.cast('int32');
  return { before, after: before.add(1).minimum(size - 1), share: inside.sub(floor) };
}
