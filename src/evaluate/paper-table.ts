/**
 * Perceptual errors that Tiwari et al. 2022 report (table 1): mean and standard deviation per protocol and
 * recognition network.
 */
const published: Readonly<Record<string, readonly (readonly [mean: number, deviation: number])[]>> = {
  MoFA: [
    [1.237, 0.141],
    [1.313, 0.114],
    [1.195, 0.126],
    [1.284, 0.15],
    [1.245, 0.171],
    [1.25, 0.274],
  ],
  'R-Net (Deng et al. 2019)': [
    [1.045, 0.173],
    [1.188, 0.171],
    [0.955, 0.187],
    [1.131, 0.194],
    [1.161, 0.253],
    [1.221, 0.217],
  ],
  DECA: [
    [1.097, 0.176],
    [1.196, 0.176],
    [0.951, 0.184],
    [1.061, 0.21],
    [1.167, 0.295],
    [1.17, 0.298],
  ],
  ROGUE: [
    [0.943, 0.187],
    [1.025, 0.168],
    [0.879, 0.174],
    [0.983, 0.186],
    [0.963, 0.185],
    [1.017, 0.146],
  ],
};
const columns = [
  'ReaChOcc, FaceNet-512',
  'ReaChOcc, ArcFace',
  'SynChOcc, FaceNet-512',
  'SynChOcc, ArcFace',
  'noise, FaceNet-512',
  'noise, ArcFace',
];

/**
 * The paper's own figures as Markdown, to look at beside one's own: its photos and corrupted pictures are
 * others.
 */
export function paperTable(): string {
  const rows = Object.entries(published).map(
    ([method, values]) =>
      `| ${method} | ${values.map(([mean, deviation]) => `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`).join(' | ')} |`,
  );
  return [
    'As published (Tiwari et al., BMVC 2022; other photos, other occluders, DeepFace networks):',
    '',
    `| | ${columns.join(' | ')} |`,
    `|${'---|'.repeat(columns.length + 1)}`,
    ...rows,
  ].join('\n');
}
