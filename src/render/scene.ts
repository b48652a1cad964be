import type { Camera } from '../math/camera.js';
import { createImage, type Image } from '../math/image.js';
import { irradiancePolynomial } from '../math/spherical-harmonics.js';
import { createPooledPixels, poolSamples, resolveSamples, type PooledPixels } from './antialias.js';
import { addLabelShares, checkLabels, type LabelShares } from './label-shares.js';
import { drawLayers, type LayerBuffers } from './layers.js';
import { vertexNormals } from './normals.js';
import { clearRasterTarget, createRasterTarget, type RasterTarget } from './raster-target.js';
import { rasterize } from './rasterize.js';
import type { ScenePart } from './scene-part.js';
import { dominantLight, shadePart, type PartShading } from './shade-part.js';

export interface Scene {
  /** In pixels of the target's image. */
  readonly camera: Camera;
  /**
   * 27 irradiance coefficients (docs/conventions.md), or one number for constant irradiance, under which
   * albedo shows as it is.
   */
  readonly light: ArrayLike<number> | number;
  readonly parts: readonly ScenePart[];
}

/** What {@link renderScene} draws into; reuse it for pictures of the same size. */
export interface SceneTarget {
  /**
   * Four channels, sRGB with straight alpha: 255 where a surface covers the whole pixel, 0 where none does.
   */
  readonly image: Image;
  /** Samples per pixel along each axis. */
  readonly supersample: number;
  /** The opaque parts' buffers, `supersample` times the image's size. */
  readonly raster: RasterTarget;
  /** Linear, premultiplied alpha, at the raster's size. */
  readonly linear: Float32Array;
  /** One record per pixel, where samples of a pixel share colours; see {@link SceneTargetOptions.draft}. */
  readonly pixels: PooledPixels | undefined;
  /** Memory that grows on demand. */
  readonly scratch: { normals: Float32Array[]; layers: LayerBuffers | undefined };
}

export interface SceneTargetOptions {
  /** Antialiasing: samples per pixel along each axis, 1 (none, default) to 8. */
  readonly supersample?: number;
  /**
   * Antialiases the edges of opaque parts only: samples of a pixel share the colour of their surface, and
   * parts with alpha get one sample per pixel. Two to three times as fast at 2×2 samples. Default false.
   */
  readonly draft?: boolean;
}

export interface RenderSceneOptions {
  /** Nearest visible distance, mm. Default 1. */
  readonly near?: number;
  /** How many alpha surfaces behind one another a pixel can show. Default 12. */
  readonly maxLayers?: number;
  /** Receives how much each pixel shows of each label of the parts; the picture stays the same. */
  readonly shares?: LabelShares;
}

/** A target for pictures of `width × height`. */
export function createSceneTarget(
  width: number,
  height: number,
  options: SceneTargetOptions = {},
): SceneTarget {
  const { supersample = 1, draft = false } = options;
  if (!Number.isInteger(supersample) || supersample < 1 || supersample > 8) {
    throw new RangeError(`createSceneTarget: expected 1…8 samples per axis, got ${supersample}.`);
  }
  const raster = createRasterTarget(width * supersample, height * supersample);
  return {
    image: createImage(width, height, 4),
    supersample,
    pixels: draft && supersample > 1 ? createPooledPixels(width, height) : undefined,
    raster,
    linear: new Float32Array(4 * raster.width * raster.height),
    scratch: { normals: [], layers: undefined },
  };
}

/**
 * Draws a scene: opaque parts with a z-buffer, then parts with alpha over them, nearest layer first.
 *
 * @returns `target.image`, overwritten by the next call.
 */
export function renderScene(target: SceneTarget, scene: Scene, options: RenderSceneOptions = {}): Image {
  const { near = 1, maxLayers = 12, shares } = options;
  const { raster, linear, supersample } = target;
  if (shares) {
    checkLabels(shares, scene.parts, target.image);
    shares.data.fill(0);
  }
  const light = constantOrPolynomial(scene.light);
  const lamp = typeof scene.light === 'number' ? undefined : dominantLight(scene.light);
  const shadings = scene.parts.map((part, index): PartShading => ({
    part,
    normals: partNormals(target, part, index),
    camera: sampleCamera(scene.camera, supersample),
    light,
    lamp,
    idOffset: firstId(scene.parts, index),
  }));
  clearRasterTarget(raster);
  linear.fill(0);
  const opaque = shadings.filter(({ part }) => (part.alpha ?? 'opaque') === 'opaque');
  // Shading waits until all opaque parts are drawn, so that each sample is shaded once.
  const bounds = opaque.map(({ part: { positions, triangles, oneSided = false }, camera, idOffset }) => {
    rasterize(raster, positions, triangles, camera, {
      near,
      clear: false,
      idOffset,
      cull: oneSided ? 'back' : 'none',
    });
    return { ...raster.bounds };
  });
  opaque.forEach((shading, k) => {
    shadePart(raster, shading, bounds[k]!, linear, target.pixels ? supersample : 1);
  });
  const transparent = shadings.filter((shading) => !opaque.includes(shading));
  const { scratch, pixels, image } = target;
  if (pixels) poolSamples(raster, linear, supersample, pixels);
  if (transparent.length > 0) {
    const layered = pixels
      ? transparent.map((shading) => ({ ...shading, camera: scene.camera }))
      : transparent;
    scratch.layers = drawLayers(
      pixels ?? raster,
      pixels?.linear ?? linear,
      layered,
      near,
      maxLayers,
      scratch.layers,
      shares && { shares, width: image.width },
    );
  }
  if (shares) {
    const before =
      transparent.length > 0 && scratch.layers
        ? { width: scratch.layers.raster.width, data: scratch.layers.front }
        : undefined;
    opaque.forEach((shading, k) => {
      addLabelShares(shares, raster, shading, bounds[k]!, image.width, before);
    });
  }
  resolveSamples(pixels?.linear ?? linear, pixels ? 1 : supersample, image);
  return target.image;
}

function sampleCamera(camera: Camera, supersample: number): Camera {
  return { focal: camera.focal * supersample, cx: camera.cx * supersample, cy: camera.cy * supersample };
}

function constantOrPolynomial(light: ArrayLike<number> | number): Float64Array {
  if (typeof light !== 'number') {
    if (light.length !== 27)
      throw new RangeError(
        `renderScene: expected 27 light coefficients or one number, got ${light.length} values.`,
      );
    return irradiancePolynomial(light);
  }
  const polynomial = new Float64Array(27);
  polynomial[0] = polynomial[9] = polynomial[18] = light;
  return polynomial;
}

function firstId(parts: readonly ScenePart[], index: number): number {
  let id = 0;
  for (let k = 0; k < index; k++) id += parts[k]!.triangles.length / 3;
  return id;
}

function partNormals(target: SceneTarget, part: ScenePart, index: number): Float32Array {
  if (part.normals) return part.normals;
  const { normals } = target.scratch;
  let own = normals[index];
  if (own?.length !== part.positions.length) own = normals[index] = new Float32Array(part.positions.length);
  return vertexNormals(part.positions, part.triangles, own);
}
