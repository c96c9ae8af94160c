/** The version of this package, as journals and artifacts record it. Kept equal to package.json by a test. */
export const version = "0.1.0";
