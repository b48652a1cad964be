import { zipSync, type Zippable } from 'fflate';
import { vertexNormals } from '../../render/normals.js';
import { dropSmall, leastMove } from '../morph-moves.js';
import { fixed } from '../fixed-decimals.js';
import { checkHeadScene, type HeadMesh, type HeadScene } from '../head-scene.js';
import { materialPrim, texturePath } from './usd-materials.js';
import { centimetresPerMillimetre, skeletonPrims } from './usd-skeleton.js';
import { usdaText, usdArray, usdName, usdTokens, type UsdPrim } from './usda.js';

const ROOT = '/Avatar';
const SKELETON = `${ROOT}/Skeleton`;
const MATERIALS = `${ROOT}/Materials`;

/**
 * Writes a head as USDZ, which phones and tablets of Apple show by themselves: a package of a USD layer and
 * its textures. Centimetres, +y up, +z out of the face, and standing on the ground with what is lowest.
 *
 * Meshes are bound to the joints (UsdSkel); morph targets are blend shapes, whose weights the pose has.
 * Colours are those without a photo's light.
 *
 * @throws RangeError when the arrays of a mesh do not fit together, a joint is unknown, or there is no
 *   skeleton; for textures that are WebP
 */
export function writeUsdz(scene: HeadScene): Uint8Array<ArrayBuffer> {
  checkHeadScene('writeUsdz', scene);
  if (!scene.skeleton) throw new RangeError('writeUsdz: expected a scene with a skeleton, got none.');
  const materials = [...new Map(scene.meshes.map(({ material }) => [material.name, material])).values()];
  const root: UsdPrim = {
    kind: 'SkelRoot',
    name: ROOT.slice(1),
    metadata: ['kind = "component"'],
    lines: [
      `double3 xformOp:translate = (0, ${fixed(-lowest(scene.meshes), 4)}, 0)`,
      'uniform token[] xformOpOrder = ["xformOp:translate"]',
    ],
    children: [
      skeletonPrims(SKELETON, scene.skeleton, scene.meshes),
      ...scene.meshes.map((mesh) => meshPrim(mesh, scene)),
      {
        kind: 'Scope',
        name: 'Materials',
        children: materials.map((material) => materialPrim(MATERIALS, material)),
      },
    ],
  };
  const metadata = ['defaultPrim = "Avatar"', 'metersPerUnit = 0.01', 'upAxis = "Y"'];
  const files = new Map([['head.usda', new TextEncoder().encode(usdaText(metadata, root))]]);
  for (const { texture, surface } of materials)
    for (const file of [texture, surface]) if (file) files.set(texturePath(file), Uint8Array.from(file.data));
  return packed(files);
}

/** Of the heads' vertices at rest, cm. */
function lowest(meshes: readonly HeadMesh[]): number {
  let least = Infinity;
  for (const { positions } of meshes)
    for (let i = 1; i < positions.length; i += 3) least = Math.min(least, positions[i]!);
  return least * centimetresPerMillimetre;
}

function meshPrim(mesh: HeadMesh, { skeleton }: HeadScene): UsdPrim {
  const { positions, triangles, uvs, uvTriangles, material } = mesh;
  const name = usdName(mesh.name);
  const normals = mesh.normals ?? vertexNormals(positions, triangles, new Float32Array(positions.length));
  // USD's v runs up.
  const st = Float32Array.from(uvs, (value, i) => (i % 2 === 0 ? value : 1 - value));
  const joints = skeleton!.joints.map((joint) => joint.name);
  const own = mesh.binding!.joints.map((joint) => joints.indexOf(joint));
  const count = positions.length / 3;
  const primvar = (values: string, interpolation: string): string[] => [
    `${values} (`,
    `  interpolation = "${interpolation}"`,
    ')',
  ];
  const skin = (values: string): string[] => [
    `${values} (`,
    `  elementSize = ${own.length}`,
    '  interpolation = "vertex"',
    ')',
  ];
  const shapes = (mesh.morphTargets ?? []).flatMap((target) => shapePrim(target) ?? []);
  return {
    kind: 'Mesh',
    name,
    metadata: ['prepend apiSchemas = ["MaterialBindingAPI", "SkelBindingAPI"]'],
    lines: [
      `uniform bool doubleSided = ${Number(material.doubleSided)}`,
      `int[] faceVertexCounts = ${usdArray(new Uint8Array(triangles.length / 3).fill(3), 0)}`,
      `int[] faceVertexIndices = ${usdArray(triangles, 0)}`,
      `point3f[] points = ${usdArray(scaled(positions), 4, 3)}`,
      ...primvar(`normal3f[] normals = ${usdArray(normals, 3, 3)}`, 'vertex'),
      ...(st.length > 0
        ? [
            ...primvar(`texCoord2f[] primvars:st = ${usdArray(st, 5, 2)}`, 'faceVarying'),
            `int[] primvars:st:indices = ${usdArray(uvTriangles, 0)}`,
          ]
        : []),
      'uniform token subdivisionScheme = "none"',
      ...skin(`int[] primvars:skel:jointIndices = ${usdArray(repeated(own, count), 0)}`),
      ...skin(`float[] primvars:skel:jointWeights = ${usdArray(weightsOf(mesh, count, own.length), 4)}`),
      `rel skel:skeleton = <${SKELETON}>`,
      `rel material:binding = <${MATERIALS}/${usdName(material.name)}>`,
      ...(shapes.length > 0
        ? [
            `uniform token[] skel:blendShapes = ${usdTokens(shapes.map((shape) => shape.name))}`,
            `rel skel:blendShapeTargets = [${shapes.map((shape) => `<${ROOT}/${name}/${shape.name}>`).join(', ')}]`,
          ]
        : []),
    ],
    children: shapes,
  };
}

const scaled = (millimetres: Float32Array): Float32Array =>
  millimetres.map((x) => x * centimetresPerMillimetre);

function repeated(values: readonly number[], count: number): Uint16Array {
  return Uint16Array.from({ length: count * values.length }, (_, i) => values[i % values.length]!);
}

function weightsOf({ binding }: HeadMesh, count: number, joints: number): Float32Array {
  return binding!.weights ?? new Float32Array(count * joints).fill(1);
}

/** Offsets of the vertices that a morph target moves; nothing where it moves none. */
function shapePrim({ name, deltas }: NonNullable<HeadMesh['morphTargets']>[number]): UsdPrim | undefined {
  const moves = dropSmall(deltas, leastMove(deltas));
  const moved: number[] = [];
  for (let v = 0; v < moves.length / 3; v++)
    if (moves[3 * v] !== 0 || moves[3 * v + 1] !== 0 || moves[3 * v + 2] !== 0) moved.push(v);
  if (moved.length === 0) return undefined;
  const offsets = scaled(Float32Array.from(moved.flatMap((v) => [...moves.subarray(3 * v, 3 * v + 3)])));
  return {
    kind: 'BlendShape',
    name: usdName(name),
    lines: [
      `uniform vector3f[] offsets = ${usdArray(offsets, 3, 3)}`,
      `uniform int[] pointIndices = ${usdArray(moved, 0)}`,
    ],
  };
}

/** Bytes of a zip file's local header besides name and extra field, and of an extra field's own head. */
const HEADER = 30;
const EXTRA = 4;
/** Of extra fields that only fill. */
const FILLING = 0x1986;
/** The earliest that zip files know, so that the same head gives the same bytes. */
const FIRST_DAY = new Date(1980, 0, 1);
/** USDZ wants each file to begin at a multiple of this. */
const ALIGNMENT = 64;

/** Files one after the other, not compressed, as USDZ wants them: the layer first. */
function packed(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  let offset = 0;
  for (const [name, data] of files) {
    const start = offset + HEADER + name.length + EXTRA;
    const padding = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
    entries[name] = [data, { extra: { [FILLING]: new Uint8Array(padding) }, level: 0, mtime: FIRST_DAY }];
    offset = start + padding + data.length;
  }
  return zipSync(entries);
}
