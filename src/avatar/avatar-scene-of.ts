import type { Reconstruction } from '../fit/reconstruction.js';
import type { HeadMesh, HeadScene } from '../io/head-scene.js';
import { evaluateVertices } from '../model/evaluate.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { readyPlayerMeUnits, visemes } from '../model/visemes.js';
import { AvatarMaterials } from './avatar-materials.js';
import { avatarDefaults, type AvatarOptions, type ImageEncoder } from './avatar-options.js';
import { withDetail } from './detail.js';
import { groundSpeck } from './ground.js';
import { hairBinding, hairSurface } from './hair-mesh.js';
import { headSurfaces, type HeadSurface } from './head-surfaces.js';
import { placeJoints, type JointPlaces } from './joint-places.js';
import { eyeMorphs, summedMorphs } from './morphs.js';
import { neckWeights } from './neck-weights.js';
import { extrasOf } from './scene-extras.js';
import { chestOf, skeletonOf, type SkeletonKind } from './skeletons.js';

/**
 * A head as an avatar, what `head.glb` holds: on a skeleton of neck, head and eyes, in four materials (skin;
 * what is in eyes and mouth; lashes; hair), its colours free of the photo's light. Expressions are morph
 * targets; eyes look by theirs or by turning their joints.
 */
export async function avatarSceneOf(
  model: MorphableModel,
  reconstruction: Reconstruction,
  encodeImage: ImageEncoder,
  options: Partial<AvatarOptions> = {},
): Promise<HeadScene> {
  const given: AvatarOptions = { ...avatarDefaults, ...options };
  const { texture, skeleton, skinned, detail } = given;
  const surfaces = headSurfaces(model, reconstruction, texture);
  const neutral = evaluateVertices(model, { shape: reconstruction.coefficients.shape });
  const places = placeJoints(model, neutral);
  const materials = new AvatarMaterials(model, reconstruction, surfaces, encodeImage, given);
  const meshes: HeadMesh[] = [];
  for (const surface of surfaces) {
    const dressed = await materials.dressed(surface);
    const moving = withMorphs(dressed, given);
    const seen = surface.part === model.parts[0] && given.seen && reconstruction.visibility.vertices;
    meshes.push({
      ...(await withDetail(moving, detail)),
      ...(seen && { seen }),
      binding: bindingOf(surface, model, places, skeleton),
    });
  }
  const hair = hairSurface(model, reconstruction);
  if (hair) {
    const binding = hairBinding(hair.mesh.positions, places, chestOf(skeleton), skinned === 'all');
    meshes.push({ ...(await withDetail(await materials.worn(hair), detail)), binding });
  }
  const joints = skeletonOf(skeleton, skinned, places);
  if (given.ground) meshes.push(groundSpeck(joints, meshes[0]!));
  return { meshes, skeleton: joints, extras: extrasOf(model, reconstruction) };
}

/**
 * The morph targets that an avatar has beside the model's units; an eye's weights stay 0: its joint is
 * turned.
 */
function withMorphs(mesh: HeadMesh, { visemes: wanted, atRest }: AvatarOptions): HeadMesh {
  const own = mesh.morphTargets ?? eyeMorphs(mesh);
  if (own.length === 0) return mesh;
  const sums = wanted ? summedMorphs(own, { ...visemes, ...readyPlayerMeUnits }) : [];
  const morphTargets = [...own, ...sums];
  const { rotation, ...rest } = mesh;
  return {
    ...rest,
    ...(rotation && !atRest && { rotation }),
    morphTargets,
    morphWeights: morphTargets.map((_, k) => (atRest ? 0 : (mesh.morphWeights?.[k] ?? 0))),
  };
}

function bindingOf(
  { part, mesh }: HeadSurface,
  model: MorphableModel,
  places: JointPlaces,
  skeleton: SkeletonKind,
): NonNullable<HeadMesh['binding']> {
  if (part === model.parts[0])
    return {
      joints: ['Head', 'Neck', chestOf(skeleton)],
      weights: neckWeights(mesh.positions, places),
    };
  if (!mesh.pivot) return { joints: ['Head'] };
  return { joints: [mesh.pivot[0] > 0 ? 'LeftEye' : 'RightEye'] };
}
