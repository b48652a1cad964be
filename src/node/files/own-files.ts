/** Names that Rogue itself writes into a face's folder; a folder that holds others is not replaced. */
export const ownFiles =
  /^(head\.(glb|obj|mtl)|result\.json|(overlay|skin|skin-delit|skin-sources|eye|brows|hair|lashes|teeth|tongue|mouth)\.png)$/;

/** Name of a face's folder; its number. */
export const faceFolder = /^face-(\d+)$/;

/** Whether a folder is one of our results: pictures in it are no photos. */
export function isResultFolder(name: string, entries: readonly string[]): boolean {
  return faceFolder.test(name) && entries.length > 0 && entries.every((entry) => ownFiles.test(entry));
}
