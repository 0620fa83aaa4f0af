declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options: Record<string, unknown>): Server;
  // biome-ignore lint/style/noDefaultExport: the shape of the package
  export default dynalite;
}
