import { join } from 'node:path';
import type { EvaluationItem } from '../evaluate/report.js';
import { lockFolder, type FolderLock } from '../node/files/folder-lock.js';
import { caseList } from '../node/files/list-kinds.js';
import { listName, listsIn, readLine, ResultList, wholeLines } from '../node/files/result-list.js';
import { OutputFolder } from './output-folder.js';
import type { Shard } from './shard.js';

export interface CaseListOptions {
  readonly shard?: Shard;
  /** Takes nothing from earlier runs. */
  readonly again?: boolean;
}

/** What an evaluation has measured so far, face by face, in a list that grows: `cases.jsonl`. */
export class CaseList {
  readonly path: string;
  /** By the face's name; those of other parts' lists too. */
  readonly items: ReadonlyMap<string, readonly EvaluationItem[]>;
  readonly #items: Map<string, readonly EvaluationItem[]>;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #output: OutputFolder;
  readonly #lock: FolderLock;
  readonly #list: ResultList;

  private constructor(
    items: Map<string, readonly EvaluationItem[]>,
    keys: ReadonlyMap<string, string>,
    { output, lock, list }: { output: OutputFolder; lock: FolderLock; list: ResultList },
  ) {
    this.path = list.path;
    this.items = this.#items = items;
    this.#keys = keys;
    this.#output = output;
    this.#lock = lock;
    this.#list = list;
  }

  /**
   * @param keys by a face's name, digests of settings and data: what was measured with others is left out
   * @throws OutputError for a list of others; WriteError, also when another process writes this list
   */
  static async open(
    folder: string,
    keys: ReadonlyMap<string, string>,
    { shard, again = false }: CaseListOptions,
  ): Promise<CaseList> {
    const output = await OutputFolder.open(folder);
    const name = listName(caseList, shard);
    let lock: FolderLock | undefined;
    try {
      await output.refuseForeignList(name, caseList.sign);
      lock = await lockFolder(output.path, name);
      const items = again ? new Map<string, readonly EvaluationItem[]>() : await measuredIn(folder, keys);
      const list = await ResultList.open(
        join(output.path, name),
        output.scratch(),
        caseList,
        ({ item, key }) => !again && keys.get(item) === key,
      );
      return new CaseList(items, keys, { output, lock, list });
    } catch (error) {
      await lock?.release();
      await output.close();
      throw error;
    }
  }

  /** @throws WriteError */
  add(id: string, items: readonly EvaluationItem[]): void {
    this.#list.append([{ id, run: { key: this.#keys.get(id)! }, items }]);
    this.#items.set(id, items);
  }

  async close(): Promise<void> {
    this.#list.close();
    await this.#lock.release();
    await this.#output.close();
  }
}

async function measuredIn(
  folder: string,
  keys: ReadonlyMap<string, string>,
): Promise<Map<string, readonly EvaluationItem[]>> {
  const found = new Map<string, readonly EvaluationItem[]>();
  for (const name of await listsIn(folder, caseList))
    for await (const text of wholeLines(join(folder, name))) {
      const { line, listed } = readLine(text, caseList) ?? {};
      if (listed && keys.get(listed.item) === listed.key)
        found.set(listed.item, line!['items'] as readonly EvaluationItem[]);
    }
  return found;
}
