import type { Format } from "./format.ts";
import { jsonFormat } from "./json-format.ts";
import { markersFormat } from "./markers-format.ts";

/** The formats by the name that a `<module>.format` choice gives. */
export const formats: Readonly<Record<"json" | "markers", Format>> = Object.freeze({
  json: jsonFormat,
  markers: markersFormat,
});
