import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Packages whose code is in the page or its worker, by folder. */
const bundled = new Set<string>();

const packageOf = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Remembers what a bundle is made of; the page's and the worker's are built apart. */
export function rememberPackages(): Plugin {
  return {
    name: 'rogue-packages',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const [folder] = packageOf.exec(id.replace('\0', '')) ?? [];
          if (folder !== undefined) bundled.add(folder);
        }
      }
    },
  };
}

/** The licences that the bundled packages ask to be kept with their code, as one Markdown file. */
export function licencesOfPackages(): string {
  const sections = [...bundled].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
      name: string;
      version: string;
      license: string;
    };
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `## ${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
  });
  return `# Licences of the code that is bundled here\n\nRogue itself: Apache-2.0.\n\n${sections.join('\n')}`;
}
