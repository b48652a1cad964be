export async function writeModelPreview(out: string): Promise<void> { await Promise.resolve(out); }
