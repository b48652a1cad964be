import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { convertToSrgb, profileOfIcc, profileOfPrimaries } from '../../src/io/color-profile.js';

async function iccOf(name: 'p3' | 'srgb'): Promise<Buffer> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
    .withIccProfile(name)
    .png()
    .toBuffer();
  return (await sharp(png).metadata()).icc!;
}

describe('profileOfIcc', () => {
  it('converts Display P3 as the colour management of sharp does', async () => {
    const random = fc.sample(fc.uint8Array({ minLength: 3, maxLength: 3 }), { numRuns: 400, seed: 1 });
    const colours = Uint8Array.from(random.flatMap((colour) => [...colour]));
    const raw = { width: 400, height: 1, channels: 3 } as const;
    const wide = await sharp(colours, { raw }).withIccProfile('p3').png().toBuffer();
    // What the file holds; sharp converts it back when it reads it.
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    const converted = await sharp(wide).toColourspace('srgb').raw().toBuffer();
    const own = Uint8Array.from(stored);
    convertToSrgb(own, 3, profileOfIcc(await iccOf('p3'))!);
    const distances = [...own].map((value, k) => Math.abs(value - converted[k]!));
    expect(Math.max(...distances)).toBeLessThanOrEqual(2);
    expect(Math.max(...stored.map((value, k) => Math.abs(value - converted[k]!)))).toBeGreaterThan(20);
  });

  it('leaves sRGB alone', async () => {
    expect(profileOfIcc(await iccOf('srgb'))).toBeUndefined();
  });

  it('takes damaged profiles for none', async () => {
    const icc = await iccOf('p3');
    fc.assert(
      fc.property(fc.nat(icc.length - 1), fc.nat(icc.length - 1), fc.nat(255), (end, at, value) => {
        const damaged = Buffer.from(icc.subarray(0, end + 1));
        damaged[at % damaged.length] = value;
        const profile = profileOfIcc(damaged);
        if (profile) convertToSrgb(Uint8Array.of(1, 2, 3), 3, profile);
      }),
      { numRuns: 300 },
    );
  });
});

describe('profileOfPrimaries', () => {
  it('knows Display P3 as its ICC profile does, and takes BT.709 for sRGB', async () => {
    const icc = profileOfIcc(await iccOf('p3'))!;
    const named = profileOfPrimaries(12)!;
    named.toXyz.forEach((value, k) => expect(value).toBeCloseTo(icc.toXyz[k]!, 2));
    expect(profileOfPrimaries(1)).toBeUndefined();
    const grey = Uint8Array.of(90, 90, 90, 7);
    convertToSrgb(grey, 4, profileOfPrimaries(9)!);
    expect([...grey]).toEqual([90, 90, 90, 7]);
  });
});
