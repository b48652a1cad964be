import { sampleCrop } from '../../detect/crop.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import { cropCamera, project, transformPoints, type Camera } from '../../math/camera.js';
import { createImage, type Image } from '../../math/image.js';
import { frontalIrradiance } from '../../math/spherical-harmonics.js';
import { evaluateAlbedo } from '../../model/albedo-modes.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { byteOfLinear, linearOfByte } from '../../render/color.js';
import { headParts, partTextures, skinTexture, type PartTextures } from '../../render/head-parts.js';
import { createSceneTarget, renderScene, type SceneTarget } from '../../render/scene.js';
import type { ScenePart } from '../../render/scene-part.js';
import { createTexture, type Texture } from '../../render/texture.js';
import { plainSkinColor } from '../appearance/plain-skin.js';
import { unlitEyes } from '../appearance/unlit-look.js';
import type { Reconstruction, TextureSource } from '../reconstruction.js';
import { hairPart } from './hair-part.js';
import { background, createSheet, paste, portrait, studioLight, type Sheet } from './sheet.js';

export interface OverlayOptions {
  /** What the two views from the sides show. Default `photo`. */
  readonly texture?: TextureSource;
  /** Side of each panel in pixels. Default 400. */
  readonly panelSize?: number;
}

/** What of a reconstruction an overlay shows. */
export type OverlayHead = Pick<
  Reconstruction,
  'camera' | 'coefficients' | 'hair' | 'pose' | 'textures' | 'vertices'
>;

/** Everything the panels share. */
interface Drawing {
  readonly model: MorphableModel;
  readonly reconstruction: OverlayHead;
  readonly sheet: Sheet;
  /** Of heads without hair, whose outlines alone need smoothing. */
  readonly bareTarget: SceneTarget;
  readonly target: SceneTarget;
  readonly textures: Map<string, Texture>;
  /** Camera-space vertices and the camera of the photo's crop. */
  readonly posed: { readonly positions: Float32Array; readonly camera: Camera };
}

/**
 * One picture to judge a reconstruction by, six panels: the photo around the head; the mesh on it; the shape
 * in clay on it; the skin without the photo's light; the head from its right and from its left.
 */
export function drawOverlay(
  model: MorphableModel,
  image: Image,
  reconstruction: OverlayHead,
  options: OverlayOptions = {},
): Image {
  const { texture = 'photo', panelSize = 400 } = options;
  const { rotation, translation } = reconstruction.pose;
  const positions = transformPoints(
    rotation,
    translation,
    reconstruction.vertices,
    new Float32Array(reconstruction.vertices.length),
  );
  const crop = cropAround(positions, reconstruction.camera, headVertexCount(model));
  const scale = panelSize / crop.size;
  const drawing: Drawing = {
    model,
    reconstruction,
    sheet: createSheet(6, 3, panelSize),
    bareTarget: createSceneTarget(panelSize, panelSize, { supersample: 2, draft: true }),
    target: createSceneTarget(panelSize, panelSize, { supersample: 2 }),
    textures: new Map(texturesOfParts(model)),
    posed: { positions, camera: cropCamera(reconstruction.camera, crop.left, crop.top, scale) },
  };
  const photo = photoPanel(image, crop, panelSize);
  for (const panel of [0, 1, 2]) paste(drawing.sheet, panel, photo);
  drawClayAndMesh(drawing, photo);
  drawAlbedo(drawing);
  drawSides(drawing, texture);
  return drawing.sheet.image;
}

const preparedTextures = new WeakMap<MorphableModel, PartTextures>();

/** Eyes and teeth look the same on every head: their textures are prepared once. */
function texturesOfParts(model: MorphableModel): PartTextures {
  const textures = preparedTextures.get(model) ?? partTextures(model);
  preparedTextures.set(model, textures);
  return textures;
}

interface SquareCrop {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** The square around the projected head with some room. */
function cropAround(positions: Float32Array, camera: Camera, skinVertices: number): SquareCrop {
  const points = project(positions.subarray(0, skinVertices * 3), camera, new Float32Array(skinVertices * 2));
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  const size = 1.12 * Math.max(right - left, bottom - top);
  return { left: (left + right - size) / 2, top: (top + bottom - size) / 2, size };
}

function photoPanel(image: Image, { left, top, size }: SquareCrop, side: number): Image {
  const planes = new Float32Array(3 * side * side);
  const panel = createImage(side, side, 3);
  const crop = {
    centreX: left + size / 2,
    centreY: top + size / 2,
    scale: size / side,
    roll: 0,
    width: side,
    height: side,
  };
  sampleCrop(new ImagePyramid(image), crop, { gain: 1, offset: 0 }, planes, 0, background[1]);
  for (let i = 0; i < side * side; i++)
    for (let k = 0; k < 3; k++) panel.data[3 * i + k] = Math.round(planes[k * side * side + i]!);
  return panel;
}

function drawClayAndMesh({ model, sheet, bareTarget: target, posed }: Drawing, photo: Image): void {
  const parts = headParts(model, posed.positions, new Map(), { clay: 0.5 });
  paste(sheet, 2, renderScene(target, { camera: posed.camera, light: studioLight(), parts }));
  paste(sheet, 1, withMesh(photo, target, model.parts[0]!.triangles.length / 3));
}

/** Bright enough on dark skin, coloured enough on light. */
const meshColor = [0.06, 0.75, 0.9] as const;
const meshOpacity = 0.6;

/**
 * The photo with the borders of the visible quads (pairs of triangles) and the outlines of the other parts.
 */
function withMesh(photo: Image, { raster, supersample }: SceneTarget, skinTriangles: number): Image {
  const { width, height, triangle } = raster;
  const out = createImage(photo.width, photo.height, 3);
  const face = (id: number) => (id < 0 ? -1 : id < skinTriangles ? id >> 1 : skinTriangles);
  const lines = new Uint8Array(photo.width * photo.height);
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = y * width + x;
      const own = face(triangle[at]!);
      if (own !== face(triangle[at + 1]!) || own !== face(triangle[at + width]!))
        lines[Math.floor(y / supersample) * photo.width + Math.floor(x / supersample)]!++;
    }
  }
  for (let i = 0; i < lines.length; i++) {
    const alpha = (meshOpacity * lines[i]!) / supersample ** 2;
    for (let k = 0; k < 3; k++) {
      const below = photo.data[3 * i + k]!;
      out.data[3 * i + k] =
        alpha === 0 ? below : byteOfLinear(alpha * meshColor[k]! + (1 - alpha) * linearOfByte[below]!);
    }
  }
  return out;
}

function drawAlbedo({ model, reconstruction, sheet, bareTarget, textures, posed }: Drawing): void {
  const albedo = reconstruction.textures?.albedo;
  const skin = albedo
    ? createTexture(albedo)
    : model.albedo?.kind === 'texture'
      ? skinTexture(evaluateAlbedo(model.albedo, reconstruction.coefficients.albedo), model.albedo.meanSize)
      : undefined;
  const worn = new Map(textures);
  if (skin) worn.set('skin', skin);
  if (albedo) wearLooks(model, reconstruction, worn);
  paste(
    sheet,
    3,
    renderScene(bareTarget, {
      camera: posed.camera,
      light: 1,
      parts: headParts(model, posed.positions, worn),
    }),
  );
}

/** What the pictures from the sides show, mm. */
const SIDES_VISIBLE = 290;

/**
 * From 35° to either side, in the photo's light: that light is part of a photo texture and falls on all other
 * skins.
 */
function drawSides({ model, reconstruction, sheet, target, textures }: Drawing, source: TextureSource): void {
  const { coefficients } = reconstruction;
  const image =
    source === 'none'
      ? undefined
      : source === 'photo'
        ? (reconstruction.textures?.photo ?? reconstruction.textures?.model)
        : reconstruction.textures?.model;
  const lit = source === 'photo' && image !== undefined && image === reconstruction.textures?.photo;
  if (image) textures.set('skin', createTexture(image));
  const looks = lit ? wearLooks(model, reconstruction, textures) : new Set<Texture>();
  if (image && !lit)
    for (const [name, look] of unlitEyes(model, reconstruction.textures!.parts))
      textures.set(name, createTexture(look, { alpha: false }));
  for (const [panel, yaw] of [
    [4, 35],
    [5, -35],
  ] as const) {
    const { positions, camera } = portrait(reconstruction.vertices, { yaw }, sheet.tileWidth, SIDES_VISIBLE);
    let parts = headParts(model, positions, textures);
    if (lit)
      parts = parts.map((part, k) =>
        k === 0
          ? withoutShine(part)
          : part.texture && looks.has(part.texture)
            ? part
            : { ...part, color: frontalLight(coefficients.light) },
      );
    else if (!image)
      parts = parts.map((part, k) =>
        k === 0 ? { ...part, color: plainSkinColor(model, coefficients.albedo) } : part,
      );
    const view = { yaw, size: sheet.tileWidth, visible: SIDES_VISIBLE };
    const hair = hairPart(reconstruction.hair, view, lit);
    const light = lit ? 1 : coefficients.light;
    paste(sheet, panel, renderScene(target, { camera, light, parts: [...parts, ...hair] }));
  }
}

/**
 * Gives eyes, teeth and tongue (of grey photos also lashes) the photo's colours; returns those
 * textures.
 */
function wearLooks(
  model: MorphableModel,
  { textures: own }: OverlayHead,
  textures: Map<string, Texture>,
): Set<Texture> {
  const isOpaque = (name: string): boolean =>
    model.parts.find((part) => part.name === name)?.alpha === 'opaque';
  const looks = new Map(
    [...(own?.parts ?? [])].map(([name, look]) => [
      name,
      isOpaque(name) ? createTexture(look, { alpha: false }) : createTexture(look),
    ]),
  );
  for (const [name, texture] of looks) textures.set(name, texture);
  return new Set(looks.values());
}

/** The photo texture holds its own highlights. */
function withoutShine({ specular, ...part }: ScenePart): ScenePart {
  void specular;
  return part;
}

/** The fitted light on a surface that faces the camera: for parts that the photo does not texture. */
function frontalLight(light: ArrayLike<number>): readonly [number, number, number] {
  const [red, green, blue] = frontalIrradiance(light);
  return [Math.max(0.05, red), Math.max(0.05, green), Math.max(0.05, blue)];
}
