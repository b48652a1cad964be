import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFaceDetector } from '../../src/detect/face-detector.js';
import { createImage } from '../../src/math/image.js';
import { createHeadPredictor } from '../../src/network/head-predictor.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { rogue } from './run.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-train-'));
  expect(
    (await rogue('synth', '--count', '6', '--size', '96', '--covered', '0.5', '-o', join(folder, 'shards')))
      .code,
  ).toBe(0);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const pretrain = (out: string, ...flags: string[]) =>
  rogue(
    'train',
    'pretrain',
    '--data',
    join(folder, 'shards'),
    '-o',
    join(folder, out),
    '--batch',
    '2',
    '--threads',
    '1',
    ...flags,
  );

describe('rogue train pretrain', () => {
  it('trains, reports and leaves a checkpoint that another run begins with', async () => {
    const { code, out } = await pretrain('one', '--steps', '3');
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/3 steps done/);
    expect(await readFile(join(folder, 'one', 'report.html'), 'utf8')).toContain('<svg');
    const metrics = JSON.parse(await readFile(join(folder, 'one', 'metrics.jsonl'), 'utf8')) as Record<
      string,
      number
    >;
    expect(metrics).toMatchObject({ step: 3 });
    expect(metrics['value']).toBeGreaterThan(0);
    const file = join(folder, 'network.onnx');
    const exported = await rogue('export', join(folder, 'one'), '--half', '-o', file);
    expect(exported.code).toBe(0);
    const predictor = await createHeadPredictor(nodeRuntime({ threads: 1 }), await readFile(file));
    const head = await predictor.predict(createImage(90, 90, 3), { x: 20, y: 20, width: 50, height: 50 });
    await predictor.release();
    expect(head.shape.every(Number.isFinite)).toBe(true);
    expect(
      (await pretrain('two', '--steps', '1', '--from', join(folder, 'one', 'checkpoint.safetensors'))).code,
    ).toBe(0);
    const mean = join(folder, 'mean.onnx');
    expect((await rogue('export', join(folder, 'one'), join(folder, 'two'), '-o', mean)).code).toBe(0);
    const averaged = await createHeadPredictor(nodeRuntime({ threads: 1 }), await readFile(mean));
    expect(
      (await averaged.predict(createImage(90, 90, 3), { x: 20, y: 20, width: 50, height: 50 })).shape.every(
        Number.isFinite,
      ),
    ).toBe(true);
    await averaged.release();
  });

  it(
    'guides, robustifies and finetunes, on shards and on photos, from the network that ships',
    { timeout: 240_000 },
    async () => {
      const config = join(folder, 'small.json');
      const photos = join(folder, 'photos');
      await writeFile(config, JSON.stringify({ recognised: 1, warmUp: 0 }));
      await mkdir(photos);
      await copyFile('examples/astronaut.jpg', join(photos, 'one.jpg'));
      await writeFile(join(photos, 'broken.jpg'), 'no picture');
      const small = ['--batch', '1', '--steps', '1', '--threads', '1', '--config', config];
      const guided = await rogue(
        'train',
        'guide',
        '--data',
        join(folder, 'shards'),
        '-o',
        join(folder, 'guide'),
        ...small,
      );
      expect(guided.code).toBe(0);
      const robust = await rogue(
        'train',
        'robustify',
        '--data',
        join(folder, 'shards'),
        '-o',
        join(folder, 'robust'),
        '--from',
        join(folder, 'guide', 'checkpoint.safetensors'),
        ...small,
      );
      expect(robust.code).toBe(0);
      expect(JSON.parse(await readFile(join(folder, 'robust', 'metrics.jsonl'), 'utf8'))).toMatchObject({
        step: 1,
        domain: expect.any(Number) as number,
        occluded: expect.any(Number) as number,
      });
      const own = await rogue('train', 'finetune', '--data', photos, '-o', join(folder, 'own'), ...small);
      expect(own.code).toBe(0);
      expect(own.err.join('\n')).toMatch(/warning: .*broken\.jpg/);
      // The network that ships is good already: its landmark error on the astronaut is a few hundredths of
      // the crop.
      expect(
        (JSON.parse(await readFile(join(folder, 'own', 'metrics.jsonl'), 'utf8')) as { nme: number }).nme,
      ).toBeLessThan(0.1);
      expect(
        (await rogue('export', join(folder, 'own'), '--half', '-o', join(folder, 'own.onnx'))).code,
      ).toBe(0);
      expect(
        (
          await rogue(
            'reconstruct',
            'examples/astronaut.jpg',
            '--network',
            join(folder, 'own.onnx'),
            '--method',
            'network',
            '--format',
            'json',
            '-o',
            join(folder, 'heads'),
          )
        ).code,
      ).toBe(0);
      for (const [file, line] of [
        [join(folder, 'no.onnx'), /not readable \(ENOENT\); name a file that "rogue export" wrote/],
        ['assets/networks/face-detector.onnx', /no head regressor/],
      ] as const) {
        const { code, err } = await rogue(
          'reconstruct',
          'examples/astronaut.jpg',
          '--network',
          file,
          '-o',
          join(folder, 'heads'),
        );
        expect(code).not.toBe(0);
        expect(err.join('\n')).toMatch(line);
      }
    },
  );

  it(
    'robustifies the detector, on shards and photos, goes on and exports it',
    { timeout: 240_000 },
    async () => {
      const photos = join(folder, 'photos to find');
      await mkdir(photos);
      await copyFile('examples/astronaut.jpg', join(photos, 'one.jpg'));
      await writeFile(join(photos, 'broken.jpg'), 'no picture');
      const detect = (out: string, ...flags: string[]) =>
        rogue(
          'train',
          'detect',
          ...['--data', join(folder, 'shards'), photos, '-o', join(folder, out)],
          ...['--batch', '2', '--steps', '2', '--threads', '1'],
          ...flags,
        );
      const { code, err } = await detect('detect');
      expect(code).toBe(0);
      expect(err.join('\n')).toMatch(/warning: .*broken\.jpg/);
      expect(await readFile(join(folder, 'detect', 'report.html'), 'utf8')).toContain('<svg');
      const file = join(folder, 'detector.onnx');
      expect((await rogue('export', join(folder, 'detect'), '-o', file)).code).toBe(0);
      const detector = await createFaceDetector(nodeRuntime({ threads: 1 }), await readFile(file));
      const { image } = await decodeImage('examples/astronaut.jpg');
      const [face] = await detector.detect(image);
      await detector.release();
      expect(face!.score).toBeGreaterThan(0.5);
      expect(Math.abs(face!.pose!.yaw)).toBeLessThan(60);
      expect((await detect('on', '--from', file)).code).toBe(0);
      const other = await detect('other', '--from', join(folder, 'one', 'checkpoint.safetensors'));
      expect(other.code).toBe(1);
      expect(other.err.at(-1)).toMatch(/cannot begin with/);

      // The judge takes the photos that were prepared for the detector.
      const judged = await rogue(
        ...['train', 'judge', '--data', join(folder, 'detect', 'photos'), '-o', join(folder, 'judge')],
        ...['--batch', '2', '--steps', '3', '--threads', '1'],
      );
      expect(judged.code).toBe(0);
      const whole = join(folder, 'judged.onnx');
      expect((await rogue('export', join(folder, 'judge'), '-o', whole)).code).toBe(0);
      const predictor = await createHeadPredictor(nodeRuntime({ threads: 1 }), await readFile(whole));
      const head = await predictor.predict(image, face!.box);
      await predictor.release();
      expect(head.judged!.face).toBeGreaterThan(0);
      expect(head.judged!.face).toBeLessThan(1);
      expect(head.judged!.box.width).toBeGreaterThan(0);
    },
  );

  it('says in one line what is wrong', async () => {
    for (const [flags, line] of [
      [['--steps', '0'], /setting steps/],
      [['--network', 'vgg'], /setting network/],
      [['--covered', '2'], /setting covered/],
      [['--config', join(folder, 'no.json')], /no\.json.*expected a JSON file/],
      [['--from', join(folder, 'no.safetensors')], /not found; name the checkpoint/],
    ] as const) {
      const { code, err } = await pretrain('bad', ...flags);
      expect(code).not.toBe(0);
      expect(err).toHaveLength(1);
      expect(err[0]).toMatch(line);
    }
    const { code, err } = await rogue(
      'train',
      'pretrain',
      '--data',
      join(folder, 'nothing'),
      '-o',
      join(folder, 'bad'),
    );
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(/no shards|cannot read shards|not found/);
  });

  it('exports nothing from a folder without a run', async () => {
    const { code, err } = await rogue('export', folder);
    expect(code).toBe(1);
    expect(err.join()).toMatch(/holds no training run/);
  });

  it('refuses settings that are no JSON', async () => {
    await writeFile(join(folder, 'broken.json'), '{');
    expect((await pretrain('bad', '--config', join(folder, 'broken.json'))).code).toBe(2);
    for (const text of ['[]', 'null', '5', '"steps"', 'true']) {
      await writeFile(join(folder, 'broken.json'), text);
      const { code, err } = await pretrain('bad', '--config', join(folder, 'broken.json'));
      expect([code, err]).toEqual([2, [expect.stringMatching(/expected settings in braces/) as string]]);
    }
  });
});
