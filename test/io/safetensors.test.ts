import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../src/io/safetensors.js';
import type { Tensor } from '../../src/model/tensor-reader.js';

const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    fc.integer({ min: 0, max: 7 }),
    fc.integer(),
  )
  .map(([shape, kind, seed]) => {
    const type = [
      Float32Array,
      Float64Array,
      Int8Array,
      Uint8Array,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
    ][kind]!;
    const length = shape.reduce((product, size) => product * size, 1);
    const data = new type(length);
    for (let i = 0; i < length; i++) data[i] = (i * 7 + seed) % 100;
    return { shape, data };
  });
const names = fc.string({ maxLength: 12 }).filter((name) => name !== '__metadata__' && name !== '__proto__');
const tensors = fc.array(fc.tuple(names, tensor), { maxLength: 6 }).map((entries) => new Map(entries));
const metadata = fc.dictionary(names, fc.string(), { noNullPrototype: true });

/** A file with any header text and so many bytes of data. */
function file(header: string | object, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (from: number, to: number, shape = [to - from], dtype = 'U8') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

/** Expects one clear line. */
function expectRefusal(bytes: Uint8Array, message: RegExp): void {
  let caught: unknown;
  try {
    readSafetensors(bytes);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(SafetensorsError);
  expect((caught as Error).message).toMatch(message);
  expect((caught as Error).message).not.toContain('\n');
}

describe('safetensors', () => {
  it('gives back what was written, wherever the bytes lie', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.integer({ min: 0, max: 9 }), (written, notes, shift) => {
        const bytes = writeSafetensors(written, notes);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const read = readSafetensors(moved.subarray(shift));
        expect(read.metadata).toEqual(notes);
        expect(read.tensors.size).toBe(written.size);
        for (const [name, { shape, data }] of written) {
          expect(read.tensors.get(name)!.shape).toEqual(shape);
          expect(read.tensors.get(name)!.data).toEqual(data);
        }
      }),
    );
  });

  it('writes the same bytes for the same content, with every tensor aligned', () => {
    fc.assert(
      fc.property(tensors, (written) => {
        const bytes = writeSafetensors(written);
        expect(writeSafetensors(new Map(written))).toEqual(bytes);
        for (const { data } of readSafetensors(bytes).tensors.values())
          expect(data.buffer).toBe(bytes.buffer);
        expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
      }),
    );
  });

  it('refuses every truncation', () => {
    const bytes = writeSafetensors(new Map([['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]), {
      licence: 'CC0',
    });
    for (let length = 0; length < bytes.length; length++)
      expectRefusal(bytes.slice(0, length), /^safetensors: /);
  });

  it('refuses damaged files with one clear line', () => {
    expectRefusal(new Uint8Array(3), /at least 8 bytes/);
    expectRefusal(Uint8Array.of(...new Uint8Array(6).fill(255), 255, 255), /header length/);
    expectRefusal(file('not json'), /not JSON/);
    expectRefusal(file('[1]'), /not an object/);
    expectRefusal(file({ a: 5 }), /"a"/);
    expectRefusal(file({ a: null }), /"a"/);
    expectRefusal(file({ a: entry(0, 4, [4], 'Q7') }, 4), /unsupported/);
    expectRefusal(file({ a: entry(0, 4), b: entry(2, 6) }, 6), /overlap/);
    expectRefusal(file({ a: entry(2, 4) }, 4), /bytes 0 to 2/);
    expectRefusal(file({ a: entry(0, 4) }, 7), /expected 4 bytes of data, received 7/);
    expectRefusal(file({ a: entry(0, 4, [5]) }, 4), /needs 5 bytes/);
    expectRefusal(file({ a: entry(-4, 0, [4]) }, 4), /malformed/);
    expectRefusal(file({ a: { dtype: 'F64', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] } }, 8), /needs/);
    expectRefusal(file({ a: entry(0, 8) }, 4), /truncated/);
    expectRefusal(file({ __metadata__: { a: 1 } }), /metadata/);
  });

  it('refuses to write what does not fit', () => {
    expect(() => writeSafetensors(new Map([['a', { shape: [3], data: new Uint8Array(2) }]]))).toThrow(
      /"a" of shape \[3\] holds 2/,
    );
  });

  it('survives random damage', () => {
    const bytes = writeSafetensors(
      new Map([
        ['a', { shape: [4], data: new Uint16Array(4) }],
        ['b', { shape: [1], data: new Uint8Array(1) }],
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          try {
            readSafetensors(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(SafetensorsError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('reads what is not aligned from a Node buffer, whose slices are views', () => {
    const bytes = Buffer.from(
      writeSafetensors(new Map([['x', { shape: [2], data: Float32Array.of(1.5, -2) }]])),
    );
    const shifted = Buffer.alloc(bytes.length + 1);
    bytes.copy(shifted, 1);
    const { tensors } = readSafetensors(shifted.subarray(1));
    expect([...(tensors.get('x')!.data as Float32Array)]).toEqual([1.5, -2]);
  });
});
