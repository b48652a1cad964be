/** What a reconstruction is made of, relative to the assets folder: fetched by pages, read by Node. */
export const rogueAssets = {
  model: 'head-model.safetensors',
  detector: 'networks/face-detector.onnx',
  landmarks: 'networks/dense-landmarks.onnx',
  regressor: 'networks/head-regressor.onnx',
  parser: 'networks/face-parser.onnx',
  recognition: 'networks/robust-recognition.onnx',
  identity: 'networks/identity.onnx',
} as const;

/** What is read only when a head is to have hair. */
export const hairAsset = 'hair.safetensors';
