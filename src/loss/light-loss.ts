import type { Tensor } from '../graph/tensor.js';

/**
 * Light loss (Deng et al. 2019 call light monochromatic): squared distance of each channel's irradiance
 * coefficients from their mean over the channels. Without it coloured light explains the tone of a skin.
 *
 * @param light `[N, 27]` irradiance coefficients, channel by channel
 * @returns a scalar: the mean over batch and coefficients
 */
export function lightLoss(light: Tensor): Tensor {
  const channels = light.reshape([light.shape[0]!, 3, 9]);
  return channels.sub(channels.mean(1, true)).square().mean();
}
