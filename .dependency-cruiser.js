/**
 * No two files need each other, and no two folders of a wing do; types count too, which ESLint's rules for
 * cycles pass over. Which layer may import which stands in eslint.config.js.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycles-of-files',
      comment: 'Move what both need into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-cycles-of-folders',
      comment: 'Folders build on each other in one direction (docs/architecture.md).',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/(fit|node|data|graph)/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
