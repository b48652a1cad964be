declare module 'assimpjs' {
  /** The part of assimp that the tests use. */
  interface Assimp {
    FileList: new () => { AddFile(name: string, content: Uint8Array): void };
    ConvertFileList(
      files: InstanceType<Assimp['FileList']>,
      format: string,
    ): {
      IsSuccess(): boolean;
      GetErrorCode(): string;
      GetFile(index: number): { GetContent(): Uint8Array };
    };
  }
  export default function load(): Promise<Assimp>;
}
