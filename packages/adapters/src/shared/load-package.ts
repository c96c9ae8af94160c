import { CultivarError } from "@cultivar/core";

/**
 * Imports an optional peer at first use. A missing one is a `missing-package` error with the install command; any other
 * failure of the import passes through.
 */
export async function loadPackage<T>(name: string, where: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string };
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    if (!missing || message?.includes(name) !== true) throw cause;
    throw new CultivarError(
      "missing-package",
      `${where}: needs the package ${name}, which is not installed; run: npm install ${name}`,
      {
        cause,
      },
    );
  }
}

/** A promise made once, at first use; a failed one is made again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
