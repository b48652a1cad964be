import { readFile } from 'node:fs/promises';
import { readSafetensors } from '../../src/io/safetensors.js';

const CENTIMETRE_IN_MM = 10;

/** Vertices of ICT's parts, first to last. */
export const ICT_RANGES = {
  /** Face, then back of the head and neck. */
  skin: [0, 11_247],
  /** Gums, palate, throat and tongue, in one. */
  mouth: [14_062, 17_038],
  teeth: [17_039, 21_450],
  eyeballs: [21_451, 24_590],
} as const;

/** Vertices of the iBUG points 17–67 (brows, nose, lids, lips) on ICT's mesh. */
export const ICT_INNER_51: readonly number[] = [
  ...[268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509],
  ...[978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360],
  ...[1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732],
  ...[5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841],
  ...[5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966],
];

/** ICT Face Model Light: a statistical head from light-stage scans and its blendshapes, in its own axes. */
export interface IctModel {
  readonly vertexCount: number;
  /** V×3, mm, +y up, +z front. */
  readonly neutral: Float64Array;
  /** Triangles of the outer skin, T×3, and its faces with three or four corners. */
  readonly skinTriangles: Uint32Array;
  readonly skinFaces: readonly (readonly number[])[];
  /** All faces, with three or four corners. */
  readonly faces: readonly (readonly number[])[];
  readonly identityCount: number;
  readonly expressionNames: readonly string[];
  /** Displacement of one standard deviation of an identity mode, V×3, mm. */
  identity(mode: number): Float64Array;
  /** Displacement of a unit at 1, V×3, mm. @throws Error for an unknown name */
  expression(name: string): Float64Array;
}

/** Reads the compact copy of ICT Face Model Light. @throws Error of one line when the file is not that */
export async function readIct(path: string): Promise<IctModel> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Error(`build-head-model: cannot read ICT's model at ${path}; give its path with --ict.`, {
      cause: error,
    });
  });
  const { tensors, metadata } = readSafetensors(bytes);
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`build-head-model: ${path} is no ICT model: it has no tensor "${name}".`);
    return tensor;
  };
  const neutral = Float64Array.from(get('neutral').data as Float32Array, (x) => x * CENTIMETRE_IN_MM);
  const names = JSON.parse(metadata['expression_names'] ?? '[]') as string[];
  const row = (kind: 'identity' | 'expression', index: number): Float64Array => {
    const scale = (get(`${kind}_scale`).data as Float32Array)[index]! * CENTIMETRE_IN_MM;
    const steps = get(kind).data as Int16Array;
    const from = index * neutral.length;
    return Float64Array.from({ length: neutral.length }, (_, i) => steps[from + i]! * scale);
  };
  const faces = facesOf(get('faces').data as Int32Array);
  const skinFaces = faces.filter((face) => face.every((vertex) => vertex <= ICT_RANGES.skin[1]));
  return {
    vertexCount: neutral.length / 3,
    neutral,
    skinTriangles: Uint32Array.from(
      skinFaces.flatMap(([a, b, c, d]) => (d === undefined ? [a!, b!, c!] : [a!, b!, c!, a!, c!, d])),
    ),
    skinFaces,
    faces,
    identityCount: get('identity').shape[0]!,
    expressionNames: names,
    identity: (mode) => row('identity', mode),
    expression(name) {
      const index = names.indexOf(name);
      if (index < 0) throw new Error(`build-head-model: ICT's model has no expression named ${name}.`);
      return row('expression', index);
    },
  };
}

/** @param faces four vertices each, −1 in the last place of a triangle */
function facesOf(faces: Int32Array): number[][] {
  return Array.from({ length: faces.length / 4 }, (_, i) =>
    [...faces.subarray(i * 4, i * 4 + 4)].filter((vertex) => vertex >= 0),
  );
}
