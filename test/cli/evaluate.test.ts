import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOfSample } from '../../src/data/shards/sample.js';
import { readEvaluation, type Evaluation } from '../../src/evaluate/report.js';
import { nowLandmarks } from '../../src/evaluate/now.js';
import { evaluatePoints } from '../../src/model/evaluate.js';
import { loadModel, loadRogue } from '../../src/node.js';
import { filesBelow, rogue } from './run.js';

let folder: string;
let photos: string;
let landmarks: number[][];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-evaluate-'));
  photos = join(folder, 'photos');
  await mkdir(photos);
  await copyFile('examples/astronaut.jpg', join(photos, 'one.jpg'));
  const own = await loadRogue();
  // Where evaluations look: a place that is given is believed.
  const [found] = await own.findFaces('examples/astronaut.jpg');
  const boxes = [{ ...found!.box, roll: found!.roll }];
  const [head] = await own.reconstruct('examples/astronaut.jpg', { texture: 'none', boxes });
  await own.release();
  landmarks = Array.from({ length: 68 }, (_, k) => [
    head!.landmarks68[2 * k]!,
    head!.landmarks68[2 * k + 1]!,
  ]);
  await writeFile(join(photos, 'index.json'), JSON.stringify([{ file: 'one.jpg', landmarks68: landmarks }]));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const read = async (name: string): Promise<Evaluation> =>
  readEvaluation(await readFile(join(folder, name, 'report.json'), 'utf8'));
const evaluate = (protocol: string, data: string, out: string, ...flags: string[]) =>
  rogue('evaluate', protocol, data, '-o', join(folder, out), ...flags);

describe('rogue evaluate', () => {
  it('landmarks: our methods, a folder of predictions with a missing one, a report in three forms', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    // Everything 3 pixels to the right.
    await writeFile(join(elsewhere, 'one.txt'), landmarks.map(([x, y]) => `${x! + 3} ${y!}`).join('\n'));
    const { code, out } = await evaluate(
      'landmarks',
      photos,
      'landmarks',
      '--conditions',
      'clean,half',
      '--predictions',
      `elsewhere=${elsewhere}`,
    );
    expect(code).toBe(0);
    expect(out.join('\n')).toContain('## NME, inner 51, %');
    const { items, methods } = await read('landmarks');
    const outcome = (condition: string, method: string) =>
      items.find((item) => item.condition === condition)!.outcomes[method]!;
    expect(methods).toEqual(['refine', 'network', 'landmarks', 'dense', 'elsewhere']);
    // The truth is what refine says of the clean photo.
    expect(outcome('clean', 'refine')).toMatchObject({
      values: { 'NME, inner 51': expect.closeTo(0, 5) as number },
    });
    const box = Math.sqrt(
      (Math.max(...landmarks.map(([x]) => x!)) - Math.min(...landmarks.map(([x]) => x!))) *
        (Math.max(...landmarks.map(([, y]) => y!)) - Math.min(...landmarks.map(([, y]) => y!))),
    );
    expect(outcome('clean', 'elsewhere')).toMatchObject({
      values: { 'NME, all 68': expect.closeTo(300 / box, 3) as number },
    });
    expect(outcome('half', 'elsewhere')).toEqual({ failed: 'no file half/one.*' });
    expect(out.join('\n')).toContain('1 of 1 failed');
    const html = await readFile(join(folder, 'landmarks', 'report.html'), 'utf8');
    expect(html).toContain('<svg');
    expect(html).toContain('data:image/jpeg;base64,');
    expect(await filesBelow(join(folder, 'landmarks'))).toEqual([
      'cases.jsonl',
      'report.html',
      'report.json',
      'report.md',
    ]);
  });

  it('perceptual, consistency, photometric: with corrupted photos written for others', async () => {
    const faces = join(folder, 'faces');
    await mkdir(faces);
    await copyFile('examples/astronaut.jpg', join(faces, 'one.jpg'));
    expect(
      (
        await evaluate(
          'perceptual',
          faces,
          'perceptual',
          '--methods',
          'refine',
          '--conditions',
          'clean,synchocc',
          '--write-photos',
          join(folder, 'corrupted'),
        )
      ).code,
    ).toBe(0);
    const values = (await read('perceptual')).items.map(
      ({ outcomes }) =>
        (outcomes['refine'] as { values: Record<string, number> }).values['perceptual error, mobilefacenet']!,
    );
    // The drawn head is somebody like the photo's person, less so when much is hidden.
    expect(values[0]).toBeGreaterThan(0.5);
    expect(values[0]).toBeLessThan(1.38);
    expect(await filesBelow(join(folder, 'corrupted'))).toEqual(['clean/one.png', 'synchocc/one.png']);
    expect(
      (await evaluate('consistency', faces, 'consistency', '--methods', 'network', '--conditions', 'half'))
        .code,
    ).toBe(0);
    const drift = (
      (await read('consistency')).items[0]!.outcomes['network'] as { values: Record<string, number> }
    ).values;
    expect(drift['drift, pose-free']).toBeGreaterThan(0);
    expect(drift['drift, posed']).toBeGreaterThan(drift['drift, pose-free']!);
    expect(
      (await evaluate('photometric', faces, 'photometric', '--methods', 'refine', '--conditions', 'clean'))
        .code,
    ).toBe(0);
    const { values: colour } = (await read('photometric')).items[0]!.outcomes['refine'] as {
      values: Record<string, number>;
    };
    expect(colour['L1']).toBeLessThan(40);
    expect(colour['PSNR']).toBeGreaterThan(13);
    expect(colour['SSIM']).toBeGreaterThan(0.2);
  });

  it('synthetic: vertex errors by region and slice; two reports compared', async () => {
    const shards = join(folder, 'shards');
    expect((await rogue('synth', '--count', '3', '--size', '128', '-o', shards)).code).toBe(0);
    for (const [out, methods] of [
      ['first', 'refine'],
      ['second', 'network'],
    ] as const)
      expect(
        (await evaluate('synthetic', shards, out, '--methods', methods, '--conditions', 'clean')).code,
      ).toBe(0);
    const { items } = await read('first');
    const { values } = items[0]!.outcomes['refine'] as { values: Record<string, number> };
    expect(values['vertex error']).toBeLessThan(6);
    expect(values['vertex error, nose']).toBeGreaterThan(0);
    expect(items[0]!.slices['skin tone']).toMatch(/dark|medium|light/);
    const compared = await rogue(
      'evaluate',
      'compare',
      join(folder, 'first', 'report.json'),
      join(folder, 'second', 'report.json'),
    );
    expect(compared.code).toBe(0);
    expect(compared.out.join('\n')).toMatch(/clean\s+vertex error: network − refine [+-]\d.*3 faces/);
    const other = await rogue(
      'evaluate',
      'compare',
      join(folder, 'first', 'report.json'),
      join(folder, 'landmarks', 'report.json'),
    );
    expect(other.code).toBe(1);
    expect(other.err.join('\n')).toMatch(/different protocols/);
  });

  it('now: meshes as participants hand them in', async () => {
    const model = await loadModel();
    const skin = model.parts[0]!;
    const vertices = model.meanShape.slice(0, 3 * skin.vertexCount);
    const points = evaluatePoints(model.landmarks.ibug68!, model.meanShape);
    const data = join(folder, 'now');
    const elsewhere = join(folder, 'now-predictions');
    const rows = (scale: number): number[][] =>
      nowLandmarks.map((k) => [0, 1, 2].map((axis) => scale * points[3 * k + axis]!));
    const obj = (scale: number): string =>
      [
        ...Array.from(
          { length: vertices.length / 3 },
          (_, v) => `v ${[0, 1, 2].map((axis) => scale * vertices[3 * v + axis]!).join(' ')} 0.5 0.5 0.5`,
        ),
        ...Array.from(
          { length: skin.triangles.length / 3 },
          (_, t) => `f ${[0, 1, 2].map((k) => skin.triangles[3 * t + k]! + 1).join(' ')}`,
        ),
      ].join('\n');
    for (const place of ['scans/a', 'scans_lmks_onlypp/a'])
      await mkdir(join(data, place), { recursive: true });
    await mkdir(join(elsewhere, 'a/selfie'), { recursive: true });
    await writeFile(join(data, 'scans/a/scan.obj'), obj(1));
    await writeFile(
      join(data, 'scans_lmks_onlypp/a/scan.pp'),
      `<PickedPoints>${rows(1)
        .map(([x, y, z], k) => `<point x="${x}" y="${y}" z="${z}" name="${k}" active="1"/>`)
        .join('')}</PickedPoints>`,
    );
    // The same head in metres.
    await writeFile(join(elsewhere, 'a/selfie/one.obj'), obj(0.001));
    await writeFile(
      join(elsewhere, 'a/selfie/one.txt'),
      rows(0.001)
        .map((row) => row.join(' '))
        .join('\n'),
    );
    await writeFile(join(data, 'list.txt'), 'a/selfie/one.jpg\na/selfie/two.jpg\n');
    const { code, out } = await rogue(
      'evaluate',
      'now',
      data,
      '--list',
      join(data, 'list.txt'),
      '--predictions',
      `mine=${elsewhere}`,
      '-o',
      join(folder, 'now-report'),
    );
    expect(code).toBe(0);
    const { items, pooled } = await read('now-report');
    expect(
      (items[0]!.outcomes['mine'] as { values: Record<string, number> }).values['median distance'],
    ).toBeLessThan(0.01);
    expect(items[1]!.outcomes['mine']).toEqual({ failed: 'no mesh a/selfie/two.*' });
    expect(pooled!.find(({ condition }) => condition === 'all')).toMatchObject({
      failures: 1,
      median: expect.closeTo(0, 2) as number,
    });
    expect(out.join('\n')).toContain('1 failed');
  });

  it('goes on where it has stopped; in parts and on several faces at a time comes the same', async () => {
    const album = join(folder, 'album');
    await mkdir(album);
    const small = await sharp('examples/astronaut.jpg').resize(256).jpeg().toBuffer();
    for (const name of ['a.jpg', 'b.jpg']) await writeFile(join(album, name), small);
    const flags = ['--methods', 'network', '--conditions', 'half'];
    const consistency = (out: string, ...more: string[]) =>
      evaluate('consistency', album, out, ...flags, ...more);
    const facts = async (out: string) => ({ ...(await read(out)), created: '' });
    expect((await consistency('whole')).err).toEqual([
      expect.stringContaining('[1/2] a.jpg'),
      expect.stringContaining('[2/2] b.jpg'),
    ]);
    const list = join(folder, 'whole', 'cases.jsonl');
    const cases = await readFile(list, 'utf8');
    expect(cases.trimEnd().split('\n')).toHaveLength(2);
    const whole = await facts('whole');
    // As a kill leaves it.
    await writeFile(list, cases.slice(0, -100));
    const resumed = await consistency('whole');
    expect(resumed.err[0]).toBe('1 of 2 faces were measured before; --again does them anew');
    expect(await readFile(list, 'utf8')).toBe(cases);
    expect(await facts('whole')).toEqual(whole);
    // Measured values are taken from the list, other settings make them anew.
    await writeFile(list, cases.replaceAll(/"drift, posed":[\d.]+/g, '"drift, posed":7'));
    await consistency('whole');
    expect(JSON.stringify(await facts('whole'))).toContain('"drift, posed":7}');
    expect((await consistency('whole', '--seed', '2')).err[0]).toMatch(/^\[1\/2\]/);
    expect((await consistency('whole', '--again', '--jobs', '2')).code).toBe(0);
    expect(await readFile(list, 'utf8')).toBe(cases);
    expect(await facts('whole')).toEqual(whole);
    for (const shard of ['1/2', '2/2'])
      expect((await consistency(`part-${shard[0]}`, '--shard', shard)).out).toEqual([
        expect.stringMatching(/^\d of 2 faces measured: .*cases-\d-of-2\.jsonl$/),
      ]);
    const merged = await rogue(
      'merge',
      ...['1', '2'].map((part) => join(folder, `part-${part}`)),
      ...['-o', join(folder, 'parts')],
    );
    expect(merged.out).toEqual([expect.stringMatching(/^2 measured faces in .*cases\.jsonl$/)]);
    expect((await consistency('parts')).err[0]).toMatch(/^2 of 2 faces were measured before/);
    expect(await facts('parts')).toEqual(whole);
  });

  it('reproduces the table of the paper', async () => {
    const { code, out } = await rogue(
      'evaluate',
      'reproduce',
      join(folder, 'faces'),
      '--methods',
      'landmarks',
      '-o',
      join(folder, 'reproduce'),
    );
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/\| +\| reachocc \| synchocc \| noise protocol \|/);
    expect(out.join('\n')).toContain('| ROGUE | 0.943 ± 0.187 |');
  });

  it('reads and writes nothing outside the folders it is told', async () => {
    const data = join(folder, 'leading-out', 'data');
    await mkdir(data, { recursive: true });
    await copyFile('examples/astronaut.jpg', join(folder, 'leading-out', 'one.jpg'));
    await writeFile(join(data, 'index.json'), JSON.stringify([{ file: '../one.jpg' }]));
    const written = join(folder, 'leading-out', 'written', 'photos');
    const flags = ['--methods', 'network', '--conditions', 'clean', '--write-photos', written];
    const listed = await evaluate('consistency', data, 'leads-out', ...flags);
    expect(listed.code).toBe(1);
    expect(listed.err.join('')).toMatch(/index\.json: the name "\.\.\/one\.jpg" leads out of .*; give names/);
    const shards = join(folder, 'leading-out', 'shards');
    await mkdir(shards);
    const content = new Uint8Array(8);
    const members = { jpg: content, json: content, safetensors: content };
    await writeFile(join(shards, 'a.tar'), tarOfSample('../../../../one', members));
    const sharded = await evaluate('synthetic', shards, 'leads-out', ...flags);
    expect(sharded.code).toBe(1);
    expect(sharded.err.join('')).toMatch(/shards: the name "0-\.\.\/\.\..*one" leads out of/);
    expect(await filesBelow(join(folder, 'leading-out'))).toEqual([
      'data/index.json',
      'one.jpg',
      'shards/a.tar',
    ]);
  });

  it('keeps photos apart that differ in their endings, and replaces no report of others', async () => {
    const data = join(folder, 'endings');
    await mkdir(data);
    await copyFile('examples/astronaut.jpg', join(data, 'a.jpg'));
    await copyFile('examples/astronaut.jpg', join(data, 'a.png'));
    const written = join(folder, 'endings-written');
    const flags = ['--methods', 'network', '--conditions', 'clean', '--write-photos', written];
    expect((await evaluate('consistency', data, 'endings-report', ...flags)).code).toBe(0);
    expect(await filesBelow(written)).toEqual(['clean/a.png', 'clean/a.png.png']);
    const foreign = join(folder, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'report.html'), 'mine');
    for (const content of [undefined, '{"schema":"other"}', 'null']) {
      if (content !== undefined) await writeFile(join(foreign, 'report.json'), content);
      const { code, err } = await rogue('evaluate', 'consistency', data, '-o', foreign, ...flags);
      expect(code).toBe(1);
      expect(err.join('')).toMatch(/^rogue: cannot replace .*report\.(html|json): it is not of an earlier/);
    }
    expect(await readFile(join(foreign, 'report.html'), 'utf8')).toBe('mine');
  });

  it('says in one line what is wrong', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, '.list.json'), JSON.stringify([{ file: 'gone.jpg' }]));
    for (const [flags, line] of [
      [['landmarks', empty], /no pictures in/],
      [['landmarks', join(folder, 'faces')], /no landmarks for the photos/],
      [['landmarks', join(folder, 'nowhere')], /cannot read/],
      [['consistency', join(empty, '.list.json')], /gone\.jpg: not found; remove it from the data/],
      [['synthetic', empty], /no shards/],
      [
        ['perceptual', join(folder, 'faces'), '--embedding', 'vgg=x.onnx'],
        /--embedding vgg: unknown; one of mobilefacenet/,
      ],
      [['perceptual', join(folder, 'faces'), '--embedding', 'arcface=x.onnx'], /not found/],
      [['landmarks', photos, '--predictions', `other=${join(folder, 'nowhere')}`], /no such folder/],
      [
        ['landmarks', photos, '--networks', 'dense=assets/networks/head-regressor.onnx'],
        /two methods are called "dense"/,
      ],
      [['now', folder, '--list', join(folder, 'nothing.txt')], /nothing to evaluate/],
      [
        ['now', folder, '--list', join(folder, 'nothing.txt'), '--predictions', `x=${empty}`],
        /cannot read .*nothing\.txt/,
      ],
      [['compare', join(photos, 'index.json'), join(photos, 'index.json')], /no evaluation/],
    ] as const) {
      const { code, err } = await rogue(
        'evaluate',
        ...flags,
        ...(['compare'].includes(flags[0]) ? [] : ['-o', join(folder, 'bad')]),
      );
      expect(code, flags.join(' ')).not.toBe(0);
      expect(
        err.filter((text) => text.trim() !== ''),
        flags.join(' '),
      ).toHaveLength(1);
      expect(err.join('\n')).toMatch(line);
    }
    expect((await evaluate('landmarks', photos, 'bad', '--methods', 'magic')).code).toBe(2);
  });
});
