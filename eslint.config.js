import eslint from '@eslint/js';
import stylistic from '@stylistic/eslint-plugin';
import tseslint from 'typescript-eslint';

/**
 * The layers of src/, lowest first: a folder imports only from folders listed above it
 * (docs/architecture.md).
 */
const layers = [
  'math',
  'graph',
  'runtime',
  'model',
  'render',
  'detect',
  'network',
  'loss',
  'io',
  'data',
  'train',
  'fit',
  'avatar',
  'evaluate',
  'cli',
];

/**
 * Node built-ins and native packages stay in node.ts, cli/ and runtime/node.ts, so that the rest runs in a
 * browser.
 */
const nodeOnly = {
  regex: '^(node:|sharp$|onnxruntime-node$)',
  message: 'Only src/node.ts, src/node/, src/cli/ and src/runtime/node*.ts may touch Node.',
};
const onnxOnly = { regex: '^onnxruntime-', message: 'Only src/runtime/ knows ONNX Runtime.' };

const layerRules = layers.map((layer, index) => {
  const above = layers.slice(index + 1);
  const patterns = [
    ...(above.length > 0
      ? [
          {
            regex: `^(\\.\\./)+(${above.join('|')})/`,
            message: `src/${layer}/ may import only from the layers below it: ${layers.slice(0, index).join(', ') || 'none'}.`,
          },
        ]
      : []),
    { regex: '^(\\.\\./)+(index|node)(/|\\.)', message: 'Only cli/ builds on the public entries.' },
    nodeOnly,
    ...(layer === 'runtime' ? [] : [onnxOnly]),
  ];
  return {
    files: [`src/${layer}/**/*.ts`],
    ignores: ['src/cli/**', 'src/runtime/node*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'out/**', '.cache/**', 'assets/**'] },
  { ignores: ['examples/*/{dist,public,.next}/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    plugins: { '@stylistic': stylistic },
    rules: {
      // Readers scan down, not across; Prettier breaks the code, and these what it leaves alone.
      'one-var': ['error', 'never'],
      '@stylistic/max-len': [
        'error',
        {
          code: 110,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
          ignoreUrls: true,
        },
      ],
      // Typed arrays are indexed throughout; each loop bounds its own indices.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  { files: ['src/cli/**', 'tools/**', 'bench/**', 'bin/**'], rules: { 'no-console': 'off' } },
  {
    files: ['bin/**', '*.config.js'],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly', console: 'readonly' } },
  },
  {
    files: ['src/index.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [nodeOnly, onnxOnly, { regex: '^\\./(cli|node)(/|\\.)' }] },
      ],
    },
  },
  ...layerRules,
  {
    files: ['studio/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '(^|/)\\.\\./(\\.\\./)*(src|dist|assets)/',
              message: 'The studio imports public entries only: rogue-face and rogue-face/data.',
            },
            nodeOnly,
            onnxOnly,
          ],
        },
      ],
    },
  },
);
