import { describe, expect, it } from 'vitest';
import { createDenseLandmarks } from '../../src/detect/dense-landmarks.js';
import type { DetectedFace } from '../../src/detect/face-detector.js';
import { mirroredPoint } from '../../src/detect/mesh-mirror.js';
import { leftEyeIndices, lipIndices, rightEyeIndices } from '../../src/detect/mesh-regions.js';
import { mirroredImage, type Image } from '../../src/math/image.js';
import { evaluatePoints } from '../../src/model/evaluate.js';
import { assetFiles, loadModel, readAsset } from '../../src/node/files/assets.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { nodeRuntime } from '../../src/runtime/node.js';

describe('mirroredPoint', () => {
  it('is its own inverse, and keeps lips lips and eyes eyes', () => {
    mirroredPoint.forEach((other, k) => {
      expect(mirroredPoint[other]).toBe(k);
    });
    expect(new Set(lipIndices.map((k) => mirroredPoint[k]))).toEqual(new Set(lipIndices));
    expect(rightEyeIndices.map((k) => mirroredPoint[k])).toEqual([...leftEyeIndices]);
  });

  it('mirrors the mean head', async () => {
    const model = await loadModel();
    const points = evaluatePoints(model.landmarks.mediapipe!, model.meanShape);
    mirroredPoint.forEach((other, k) => {
      const [x, y, z] = points.subarray(3 * k);
      const [u, v, w] = points.subarray(3 * other);
      expect(Math.hypot(x! + u!, y! - v!, z! - w!)).toBeLessThan(5);
    });
  });
});

describe('createDenseLandmarks', () => {
  it('sees a photo in a mirror as it sees the photo', async () => {
    const landmarker = await createDenseLandmarks(
      nodeRuntime({ threads: 1 }),
      await readAsset(assetFiles.landmarks),
    );
    const { image } = await decodeImage('examples/astronaut.jpg');
    const box = { x: 185, y: 80, width: 90, height: 90 };
    const points = async (photo: Image, x: number): Promise<Float32Array> => {
      const face: DetectedFace = { box: { ...box, x }, score: 1, keypoints: new Float32Array(12), roll: 0 };
      return (await landmarker.landmark(photo, face)).points;
    };
    const seen = await points(image, box.x);
    const mirrored = await points(mirroredImage(image), image.width - box.x - box.width);
    let sum = 0;
    mirroredPoint.forEach((other, k) => {
      const dx = seen[3 * k]! - (image.width - mirrored[3 * other]!);
      sum += Math.hypot(dx, seen[3 * k + 1]! - mirrored[3 * other + 1]!);
    });
    expect(sum / mirroredPoint.length / box.width).toBeLessThan(0.003);
    await landmarker.release();
  });
});
