import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MeshFileError, readObj } from '../../src/io/read-obj.js';

describe('readObj', () => {
  it('reads vertices with colours, polygons as fans, texture and normal indices, and counting from the end', () => {
    const mesh = readObj(
      '# a comment\nmtllib x.mtl\nv 0 0 0 0.1 0.2 0.3\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\nf 1/1/1 2/1/1 3/1/1 4/1/1\nf -1//1 -2//1 -3//1\n',
    );
    expect([...mesh.positions]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
    expect([...mesh.triangles]).toEqual([0, 1, 2, 0, 2, 3, 3, 2, 1]);
  });

  it('keeps vertices and triangles as they were written', () => {
    const meshes = fc.integer({ min: 3, max: 20 }).chain((count) =>
      fc.record({
        vertices: fc.array(fc.tuple(fc.integer(), fc.integer(), fc.integer()), {
          minLength: count,
          maxLength: count,
        }),
        faces: fc.array(
          fc.tuple(
            ...([0, 1, 2].map(() => fc.integer({ min: 0, max: count - 1 })) as [
              fc.Arbitrary<number>,
              fc.Arbitrary<number>,
              fc.Arbitrary<number>,
            ]),
          ),
        ),
      }),
    );
    fc.assert(
      fc.property(meshes, ({ vertices, faces }) => {
        const { positions, triangles } = readObj(
          [
            ...vertices.map((v) => `v ${v.join(' ')}`),
            ...faces.map((f) => `f ${f.map((k) => k + 1).join(' ')}`),
          ].join('\n'),
        );
        expect([...positions]).toEqual(vertices.flat().map((value) => Math.fround(value)));
        expect([...triangles]).toEqual(faces.flat());
      }),
    );
  });

  it('says what is wrong in one line', () => {
    for (const [text, line] of [
      ['hello', /no vertices/],
      ['v 1 2\n', /line 1 is no vertex/],
      ['v 0 0 0\nf 1 2 3\n', /vertex 2 of 1/],
      ['v 1e39 0 0\n', /vertex 1 is no finite point/],
      ['v 0 0 0\nf 4294967297 1 1\n', /vertex 4294967297 of 1/],
      ['v 0 0 0\nf 1e0x 1 1\n', /line 2 names a vertex that is not there/],
      ['v 0 0 0\nf 0 1 1\n', /line 2 names a vertex that is not there/],
    ] as const) {
      expect(() => readObj(text)).toThrow(MeshFileError);
      expect(() => readObj(text)).toThrow(line);
    }
  });
});
