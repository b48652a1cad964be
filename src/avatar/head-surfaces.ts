import { unlitEyes } from '../fit/appearance/unlit-look.js';
import type { HeadMaterial, HeadMesh } from '../io/head-scene.js';
import type { Image } from '../math/image.js';
import { rotationToQuaternion } from '../math/rotation.js';
import { evaluateVertices, gazeRotation, sphereCentre } from '../model/evaluate.js';
import type { ModelPart, MorphableModel } from '../model/morphable-model.js';
import { unitDisplacement } from '../model/personal-units.js';
import { plainSkinColor } from '../fit/appearance/plain-skin.js';
import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';

/** Roughness by part; skin under soft light, wet eyes and teeth. */
const roughness: Readonly<Record<string, number>> = {
  skin: 0.6,
  eyeRight: 0.12,
  eyeLeft: 0.12,
  teeth: 0.3,
  mouth: 0.4,
};
const defaultRoughness = 0.85;

/** A part that no expression moves by more than this gets no morph targets. */
const leastMotion = 0.01; // mm

/** A surface of a head whose texture is not encoded: what a program that draws by itself needs. */
export interface HeadSurface {
  /** Without texture. */
  readonly mesh: HeadMesh;
  /** The part of the model that this is, or is a piece of. */
  readonly part: ModelPart;
  /** Over the mesh's uvs, sRGB; none: `material.baseColor` alone. */
  readonly image: Image | undefined;
  /** Name of the texture in files; surfaces that share an image share it. */
  readonly textureName: string;
}

/** The surfaces of {@link headSceneOf} with their pictures as pixels. */
export function headSurfaces(
  model: MorphableModel,
  reconstruction: Reconstruction,
  texture: TextureSource = 'photo',
): HeadSurface[] {
  const { shape, gaze } = reconstruction.coefficients;
  const neutral = evaluateVertices(model, { shape });
  const skin = skinImage(reconstruction, texture);
  const looks = looksOf(model, reconstruction, texture);
  const units = model.expression.names.map((_, k) => unitDisplacement(model, k, shape));
  const surfaces: HeadSurface[] = [];
  for (const [index, part] of model.parts.entries()) {
    const image = index === 0 ? skin : (looks?.get(part.name) ?? part.texture);
    const material: HeadMaterial = {
      name: part.name,
      ...(index === 0 &&
        !skin && { baseColor: [...plainSkinColor(model, reconstruction.coefficients.albedo), 1] as const }),
      alphaMode: part.alpha === 'opaque' ? 'OPAQUE' : part.alpha === 'mask' ? 'MASK' : 'BLEND',
      doubleSided: part.alpha !== 'opaque',
      roughness: roughness[part.name] ?? defaultRoughness,
      metallic: 0,
    };
    const mesh: HeadMesh = {
      ...partSurface(part, neutral),
      material,
      ...morphsOf(model, part, units, reconstruction.coefficients.expression),
      ...(part.turnsAbout === 'sphereCentre' && {
        pivot: sphereCentre(part, neutral),
        rotation: quaternionOf(gaze),
      }),
    };
    surfaces.push({
      part,
      mesh,
      image: part.uvs.length > 0 ? image : undefined,
      textureName: textureName(model, part),
    });
  }
  return surfaces;
}

/** Textures that go with the skin's: those of the photo, its eyes alone beside the model's skin. */
function looksOf(
  model: MorphableModel,
  { textures }: Reconstruction,
  source: TextureSource,
): ReadonlyMap<string, Image> | undefined {
  if (!textures || source === 'none') return undefined;
  return source === 'photo' ? textures.parts : unlitEyes(model, textures.parts);
}

/** The skin texture for a source, with the model's as the stand-in for a missing photo texture. */
function skinImage({ textures }: Reconstruction, source: TextureSource): Image | undefined {
  if (source === 'none') return undefined;
  return source === 'photo' ? (textures?.photo ?? textures?.model) : textures?.model;
}

/** A texture that several parts wear has the name that they share: `eye` for `eyeRight` and `eyeLeft`. */
function textureName(model: MorphableModel, part: ModelPart): string {
  const same = model.parts.filter(
    ({ texture }) => texture && part.texture && isSameImage(texture, part.texture),
  );
  return same.length > 1 ? part.name.replace(/(Right|Left)$/, '') : part.name;
}

function isSameImage(a: Image, b: Image): boolean {
  return (
    a === b ||
    (a.width === b.width &&
      a.height === b.height &&
      a.channels === b.channels &&
      a.data.every((value, i) => value === b.data[i]))
  );
}

/** A part's own vertices and triangles. */
function partSurface(
  part: ModelPart,
  vertices: Float32Array,
): Pick<HeadMesh, 'name' | 'positions' | 'triangles' | 'uvs' | 'uvTriangles'> {
  return {
    name: part.name,
    positions: vertices.slice(part.firstVertex * 3, (part.firstVertex + part.vertexCount) * 3),
    triangles: part.triangles.map((vertex) => vertex - part.firstVertex),
    uvs: part.uvs,
    uvTriangles: part.uvTriangles,
  };
}

/** @param units what each unit moves in this head, V×3 mm */
function morphsOf(
  model: MorphableModel,
  part: ModelPart,
  units: readonly Float32Array[],
  expression: ArrayLike<number>,
): Pick<HeadMesh, 'morphTargets' | 'morphWeights'> {
  const { names } = model.expression;
  const start = part.firstVertex * 3;
  const morphTargets = names.map((name, k) => ({
    name,
    deltas: units[k]!.subarray(start, start + part.vertexCount * 3),
  }));
  if (!morphTargets.some(({ deltas }) => deltas.some((delta) => Math.abs(delta) > leastMotion))) return {};
  return { morphTargets, morphWeights: names.map((_, k) => expression[k] ?? 0) };
}

function quaternionOf(
  gaze: Reconstruction['coefficients']['gaze'],
): readonly [number, number, number, number] {
  const [x, y, z, w] = rotationToQuaternion(gazeRotation(gaze));
  return [x!, y!, z!, w!];
}
