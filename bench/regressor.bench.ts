import { createRandom } from '../src/data/random.js';
import { createImage } from '../src/math/image.js';
import { exportRegressor } from '../src/network/export-regressor.js';
import { modelSizes } from '../src/network/code.js';
import { createHeadPredictor } from '../src/network/head-predictor.js';
import { initialParameters, regressorParameters, regressors } from '../src/network/regressor.js';
import { loadModel } from '../src/node.js';
import { runConstants } from '../src/node/training/run-constants.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { atMost, medianTime, type Benchmark } from './benchmark.js';

/**
 * Predicting a head from a photo of one megapixel, crop included, on one thread. Weights do not matter for
 * the time.
 */
const regressor: Benchmark = {
  name: 'regressor',
  async *run() {
    const runtime = nodeRuntime({ threads: 1 });
    const sizes = modelSizes(await loadModel());
    const photo = new ImagePyramid(createImage(1000, 1000, 3));
    for (const [name, config] of Object.entries(regressors)) {
      const parameters = initialParameters(regressorParameters(config, sizes), createRandom(1));
      for (const halfStorage of [false, true]) {
        const file = await exportRegressor(config, sizes, parameters, {
          name,
          run: runConstants(runtime),
          halfStorage,
        });
        const predictor = await createHeadPredictor(runtime, file);
        const time = await medianTime(() =>
          predictor.predict(photo, { x: 300, y: 300, width: 300, height: 300 }),
        );
        await predictor.release();
        const label = `${name}, ${config.size}²${halfStorage ? ', weights stored in float16' : ''}`;
        const note = `${(file.length / 1e6).toFixed(1)} MB`;
        yield name === 'fast'
          ? atMost(label, time, 'ms', 6, note)
          : { name: label, value: time, unit: 'ms', ok: true, note };
      }
    }
  },
};

export default regressor;
