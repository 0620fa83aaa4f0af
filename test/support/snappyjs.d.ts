/** The library has no declarations of its own. Tests compress with it what the product's decoder has to read. */
declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Uint8Array;
}
